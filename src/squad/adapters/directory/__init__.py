"""Adapters of the directory port."""
