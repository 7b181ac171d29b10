"""The day of one future, rule by rule."""
