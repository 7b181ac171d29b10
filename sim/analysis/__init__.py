"""Statistics of finished futures: survival, competing causes, comparison of scenarios.

Works on arrays and data frames; knows nothing of how a future was simulated, stored or drawn.
"""
