"""Blobs: in a folder."""
