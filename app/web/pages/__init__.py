"""Server-rendered pages. A view parses, calls one operation or query, and presents; templates hold no rules."""
