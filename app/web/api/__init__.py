"""REST v1. A view parses, calls one operation or query, and presents; nothing else."""
