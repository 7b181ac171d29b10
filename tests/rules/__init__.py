"""The rules of the day, each by numbers computed by hand."""
