"""What the program tells whoever watches it: counts for Prometheus, one log line a move. It knows no other package."""
