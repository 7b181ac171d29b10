"""Rows as CSV, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from typing import Any


def sheet(names: Collection[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows under these names; text that a spreadsheet would take for a formula is quoted."""
    held = io.StringIO()
    writer = csv.DictWriter(held, names, restval="")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _safe(value) for name, value in row.items()})
    return held.getvalue()


def _safe(value: Any) -> Any:
    formula = isinstance(value, str) and value[:1] in ("=", "+", "-", "@")
    return f"'{value}" if formula else value
