"""Optional parts of the installation: what each needs, and the command that brings it here."""

from __future__ import annotations

import re
import shlex
import sys
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "ceasefire-sim"


def advice(extra: str) -> str:
    """The command that installs what an extra needs into the Python that is running.

    It names the packages themselves, so that it works for a clone and for an installed wheel,
    whether or not an index has this one.
    """
    try:
        wanted = requires(PACKAGE) or []
    except PackageNotFoundError:
        wanted = []
    named = [
        need.partition(";")[0].strip().replace(" ", "")
        for need in wanted
        if re.search(rf"extra == ['\"]{extra}['\"]", need)
    ]
    packages = " ".join(shlex.quote(need) for need in named) or f"what the extra {extra!r} names"
    python = Path(sys.executable)
    here = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
    if find_spec("pip") is None:
        return f"uv pip install --python {here} {packages}"
    return f"{here} -m pip install {packages}"
