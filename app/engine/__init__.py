"""Runs process instances: the only importer of SpiffWorkflow, which moves the tokens."""
