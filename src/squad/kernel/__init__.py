"""Mechanisms every service stands on: the unit, the spine, problems, HTTP, settings."""
