"""Scenarios on a virtual clock, in a scratch database of their own."""
