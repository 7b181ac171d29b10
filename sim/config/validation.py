"""From a plain tree to a validated scenario and back, with every problem in one message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sim.config.fields import ConfigError
from sim.config.scenario import Scenario, Settings

_SCENARIO: TypeAdapter[Scenario] = TypeAdapter(Scenario)
_SETTINGS: TypeAdapter[Settings] = TypeAdapter(Settings)


def validate(tree: dict[str, Any]) -> tuple[Scenario, Settings]:
    """Turn a plain tree (no interpolations left) into a scenario and the settings of a run.

    Raises
    ------
    ConfigError
        With one clause per wrong field: its full path, its value and what is allowed.
    """
    of_settings = {key: tree[key] for key in Settings.__dataclass_fields__ if key in tree}
    of_scenario = {key: value for key, value in tree.items() if key not in of_settings}
    problems: list[str] = []
    scenario = settings = None
    try:
        scenario = _SCENARIO.validate_python(of_scenario)
    except ValidationError as error:
        problems += explain(error)
    try:
        settings = validate_settings(of_settings, scenario)
    except ConfigError as error:
        problems.insert(0, str(error))
    if scenario is not None and settings is not None and not problems:
        problems = list(truth_values(tree, dump(scenario, settings)))
    if problems or scenario is None or settings is None:
        raise ConfigError("; ".join(problems))
    return scenario, settings


def truth_values(given: Any, taken: Any, path: str = "") -> Iterable[str]:
    """Say which truth values were taken for the numbers 0 and 1, a clause each."""
    if isinstance(given, bool) and not isinstance(taken, bool):
        yield f"{path} is {given}; it should be a number"
    elif isinstance(given, Mapping):
        for name, value in given.items():
            if isinstance(value, bool | Mapping | list):  # most are none of these
                where = f"{path}.{name}" if path else str(name)
                yield from truth_values(value, taken[name], where)
    elif isinstance(given, list):
        for k, (one, other) in enumerate(zip(given, taken, strict=True)):
            yield from truth_values(one, other, f"{path}.{k}")


def validate_settings(tree: dict[str, Any], scenario: Scenario | None) -> Settings:
    """Turn plain settings into those of a run; with a scenario, check its events against them."""
    try:
        settings = _SETTINGS.validate_python(tree)
    except ValidationError as error:
        raise ConfigError("; ".join(explain(error))) from None
    late = [
        f"events.{name}.day is {event.day}; the horizon is {settings.horizon}"
        for name, event in (scenario.events.items() if scenario else ())
        if event.day > settings.horizon
    ]
    if late:
        raise ConfigError("; ".join(late))
    return settings


def dump(scenario: Scenario, settings: Settings) -> dict[str, Any]:
    """Return a plain tree of JSON types, the inverse of ``validate``."""
    tree: dict[str, Any] = _SETTINGS.dump_python(settings, mode="json")
    tree.update(_SCENARIO.dump_python(scenario, mode="json"))
    return tree


def explain(error: ValidationError) -> list[str]:
    """Say every problem of a validation error in a clause each, with its full path."""
    return [_clause(problem) for problem in error.errors(include_url=False)]


def _parts(location: Sequence[str | int]) -> Iterable[str]:
    """Give the parts of a field's path as it is written in a config."""
    for k, part in enumerate(location):
        kind_of_tactic = location[max(k - 1, 0)] == "tactic"
        kind_of_event = k == 2 and location[0] == "events"
        if part != "[key]" and (k == 0 or not (kind_of_tactic or kind_of_event)):
            yield str(part)


def _clause(problem: Any) -> str:
    path = ".".join(_parts(problem["loc"]))
    kind, value, context = problem["type"], problem.get("input"), problem.get("ctx", {})
    if kind == "unexpected_keyword_argument":
        return f"{path} is not a known field"
    if kind in ("missing", "missing_argument"):
        return f"{path} is missing"
    if kind == "union_tag_invalid":
        tags = context["expected_tags"].replace("'", "")
        return f"{path}.kind is {context['tag']!r}; allowed are {tags}"
    if kind == "union_tag_not_found":
        return f"{path}.kind is missing"
    if kind == "value_error":
        reason = str(context.get("error", problem["msg"]))
        joined = " " if reason.startswith("is ") else ": "
        return f"{path}{joined}{reason}" if path else reason
    allowed = problem["msg"][0].lower() + problem["msg"][1:]
    shown = repr(value) if isinstance(value, (int, float, str, bool, type(None))) else "given"
    return f"{path} is {shown}; {allowed.replace('input should', 'it should')}"
