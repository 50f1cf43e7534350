"""Queries: one screen or report a file, read-only."""
