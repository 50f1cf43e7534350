"""Tables, repositories and the unit of work. Two databases, one code; their differences stand in `dialects.py`."""
