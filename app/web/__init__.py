"""The HTTP door: REST v1 and server-rendered pages. A view parses, calls one operation or query, and presents."""
