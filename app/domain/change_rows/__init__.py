"""Rows of a ChangeSet by noun, where one file of them would not be read in one go."""
