"""What differs between configurations, in words; knows plain trees only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sim.names import flat
from sim.plots.swept import differing

ABSENT = "–"


def config_changes(base: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Path, value in `base` and value in `other` of every field that differs, as text.

    Labels (name, description, expectation) and the engine, which changes no result, are left out.
    Of a list of words the additions and removals are shown, of parameter sets their number.
    """
    one, two = (_counted(flat(tree, "none")) for tree in (base, other))
    out: dict[str, tuple[str, str, str]] = {}
    for path in differing({"base": one, "other": two}):
        if any(x.startswith(f"{path}.") for x in (*one, *two)):
            continue  # an empty mapping on one side; the entries on the other side show it
        before, after = one.get(path), two.get(path)
        if path not in one or path not in two:
            top = _outermost(path, two if path in one else one)
            out[top] = (top, _whole(top, one), _whole(top, two))
        elif _words(before) and _words(after):
            out[path] = (path, written(before), _change(before or [], after or []))
        else:
            out[path] = (path, written(before), written(after))
    return list(out.values())


def _counted(fields: dict[str, Any]) -> dict[str, Any]:
    """The same with parameter sets, which are long, in words that distinguish unlike ones."""
    sets = fields.get("parameter_sets")
    if isinstance(sets, list) and sets:
        digest = hashlib.sha256(json.dumps(sets).encode()).hexdigest()[:6]
        fields["parameter_sets"] = f"{len(sets)} (digest {digest})"
    return fields


def _outermost(path: str, lacking: Mapping[str, Any]) -> str:
    """The outermost mapping around a field that the other configuration lacks as a whole."""
    parts = path.split(".")
    for length in range(1, len(parts)):
        top = ".".join(parts[:length])
        if not any(x == top or x.startswith(f"{top}.") for x in lacking):
            return top
    return path


def _whole(top: str, flattened: Mapping[str, Any]) -> str:
    """Everything a configuration holds at and below a path, in short."""
    held = {x: y for x, y in flattened.items() if x == top or x.startswith(f"{top}.")}
    if top in held:
        return written(held[top])
    told = [f"{x.removeprefix(f'{top}.')} {written(y)}" for x, y in held.items() if y is not None]
    return "; ".join(told) or ABSENT


def written(value: Any) -> str:
    """Write a value as it would stand in a configuration file."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list):
        return ", ".join(written(item) for item in value) or "none"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _change(before: list[str], after: list[str]) -> str:
    """Say what was added to and removed from a list of words."""
    added = [word for word in after if word not in before]
    removed = [word for word in before if word not in after]
    if not added and not removed:
        return written(after)
    parts = [f"{word} added" for word in added] + [f"{word} removed" for word in removed]
    return ", ".join(parts)
