"""What tests a ceasefire, on arrays: attacks, escalation, trust, implementation, its end."""
