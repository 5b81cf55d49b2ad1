"""The only place that picks adapters: wiring, node, server, edge and command line."""
