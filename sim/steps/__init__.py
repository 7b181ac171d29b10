"""The steps of a day that involve several agents at once; ``sim.model`` calls them in order.

Most steps touch few futures on any day, so they work on row numbers rather than on masks.
"""
