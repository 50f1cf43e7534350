"""The steps of the rewriting: each takes one construct and puts there what the engine executes correctly."""
