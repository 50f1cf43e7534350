"""Readers of the files in `rules/`, and the checks that judge them together before a deployment."""
