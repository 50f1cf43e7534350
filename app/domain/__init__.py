"""Pure rules: no input or output, no clock reads, no framework."""
