"""What went wrong in the cells of this invocation, one sentence each; the command line tells it."""

problems: list[str] = []
