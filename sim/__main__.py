"""``python -m sim`` is the command ``ceasefire``."""

from sim.cli import main

main()
