"""Notifiers: a folder to look into, and real mail."""
