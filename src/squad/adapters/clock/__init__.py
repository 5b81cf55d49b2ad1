"""Clocks: the machine's own, and one that stands still."""
