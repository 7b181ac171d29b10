"""Bargaining on arrays: agenda, utility, tactics, protocols, accounts, ratification, solutions."""
