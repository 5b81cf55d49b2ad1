"""Routing: who gets which ticket, and why."""
