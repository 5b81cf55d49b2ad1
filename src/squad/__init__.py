"""Sysops Squad: trouble tickets and field dispatch."""
