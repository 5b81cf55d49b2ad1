"""Caches: in this process."""
