"""Reports on the cells of this invocation, and what went wrong in them, one sentence each."""

import os
import sys

problems: list[str] = []  # the command line prints them


def say(text: str) -> None:
    """Print; if nobody reads any more or the disk is full, results are kept all the same."""
    from sim.study.errors import cannot_write

    try:
        print(text, flush=True)
    except BrokenPipeError:
        mute()
    except OSError as error:
        mute()
        problems.append(cannot_write("standard output", error))


def mute() -> None:
    """Print nothing more: standard output goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
