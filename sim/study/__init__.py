"""Studies: cells, the runner, what is stored and where it came from."""
