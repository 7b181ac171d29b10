"""Figures of ensembles, one file per family; each returns its figure with the data it shows.

Knows estimates and how to draw them; knows nothing of reports, commands or where results lie.
"""
