"""Engines and a cluster on this machine: on loopback, without Docker, stopped by process id."""
