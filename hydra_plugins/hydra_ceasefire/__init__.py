"""A sweeper and launchers for cells; found by Hydra in its name space."""
