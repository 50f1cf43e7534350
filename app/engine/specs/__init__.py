"""Nodes of a case diagram as the library's task specs; shared between instances and never changed after parsing."""
