"""Launchers for groups of cells; found by Hydra in its name space."""
