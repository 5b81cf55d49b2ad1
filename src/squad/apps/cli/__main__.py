"""`python -m squad.apps.cli`."""

from squad.apps.cli import main

main()
