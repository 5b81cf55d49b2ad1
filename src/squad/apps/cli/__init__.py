"""The command line: `squad …`. Errors go to stderr; 0 done, 1 failed, 2 wrong use, 3 not found."""

from squad.apps.cli import imports, letters, policy, route, serve, simulate, train
from squad.apps.cli.root import main

__all__ = ["imports", "letters", "main", "policy", "route", "serve", "simulate", "train"]
