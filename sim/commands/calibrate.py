"""``ceasefire calibrate``: find the parameters with which the baseline meets its targets."""

from __future__ import annotations

import argparse
from pathlib import Path

DESCRIPTION = """\
Search the calibrated parameters for sets with which the baseline meets every target of a study's
calibration.yaml. An interrupted run continues where it stopped and writes the same files:
accepted.csv (every accepted set), best.yaml, fit.csv and the figure calibration."""
EPILOG = """\
  ceasefire calibrate build/calibration
  ceasefire 'parameters.sets=${accepted:build/calibration}'   every future draws one of its sets"""


def main(words: list[str]) -> int:
    """Calibrate and print the fit; return the exit code."""
    from sim.analysis.calibration import Calibration
    from sim.commands.arguments import parser
    from sim.config import ConfigError
    from sim.paths import data_dir
    from sim.report.calibrated import summary
    from sim.report.calibration import calibrate

    reader = parser("calibrate", DESCRIPTION, EPILOG)
    reader.add_argument("directory", type=Path, metavar="DIR", help="where the work and results go")
    reader.add_argument("--study", metavar="FILE", type=Path, help="another calibration.yaml")
    reader.add_argument("--workers", type=int, default=2, help="threads (default 2)")
    given: argparse.Namespace = reader.parse_args(words)
    if given.workers < 1:
        raise ConfigError(f"workers is {given.workers}; allowed are whole numbers from 1")
    shipped = data_dir("experiments") / "baseline_calibration" / "calibration.yaml"
    asked = Calibration.read(given.study or shipped)
    found = calibrate(asked, given.directory, given.workers)
    print(f"\n{summary(found)}\nresults in {given.directory}")
    return 0
