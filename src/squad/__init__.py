"""Sysops Squad: trouble tickets and field dispatch."""

__version__ = "0.1.0"
