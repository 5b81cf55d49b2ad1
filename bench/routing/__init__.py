"""Benchmarks of routing: how quick (`speed`), how good (`quality`)."""
