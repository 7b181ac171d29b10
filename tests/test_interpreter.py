"""Compiled rules give the futures that the interpreter gives."""

import os
import subprocess
import sys

import pytest

from sim.compiling import INTERPRETED

# A few: a future with talks takes about a second in the interpreter.
SCENARIOS = ("baseline", "verified_guarantees")
FUTURES, DAYS = 4, 40
PRINT = f"""
import hashlib
from sim.model import CeasefireModel
from sim.study.cells import load_cell
for name in {SCENARIOS!r}:
    model = CeasefireModel(load_cell(name).scenario, {FUTURES}, 2025)
    columns = model.run({DAYS}).columns
    for column, values in columns.items():
        print(name, column, [f"{{x:.9g}}" for x in values.tolist()])
"""


def printed(interpreted: bool) -> list[str]:
    """What a process of its own prints of the outcomes."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": str(int(interpreted))}
    done = subprocess.run(
        [sys.executable, "-c", PRINT], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.skipif(INTERPRETED, reason="nothing is compiled in this process")
def test_compiled_futures_are_those_of_the_interpreter():
    """Whole numbers are equal and others to nine digits: exp and log differ in the last."""
    compiled, interpreted = printed(False), printed(True)
    assert len(compiled) > 2 * 60
    assert compiled == interpreted
