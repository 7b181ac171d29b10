"""The Mesa agents: parties, mediators and militant groups as views of the futures' records.

An agent's attributes are those of its record in ``sim.state``, each an array over the futures held.
"""
