"""The timer worker: fixed jobs that look at rows; it holds no deadline of its own."""
