"""One rule of the talks at a time, on records that a test fills by hand."""
