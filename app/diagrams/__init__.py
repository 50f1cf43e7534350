"""Diagrams (流程图): read, normalised, checked. Nothing here runs anything."""
