"""Drills: the faults of docs/operate/drills.md done to the real thing, and what must still hold."""
