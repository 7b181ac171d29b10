"""The pages: one module each, with ``register(site)``."""
