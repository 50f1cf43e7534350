"""What a move adds to its ChangeSet, one concept a file. `reconcile` loops over them and knows none by name."""
