"""``python -m benchmarks``: every benchmark, as tables of ratios taken in one run."""

from __future__ import annotations

import sys

from benchmarks import ensemble, survival, sweeps


def main() -> None:
    for part in (ensemble, survival, sweeps):
        print(f"\n## {part.__doc__.splitlines()[0]}\n")
        part.main()
        sys.stdout.flush()


main()
