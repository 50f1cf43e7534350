"""Tools of the build; none of them runs in production."""
