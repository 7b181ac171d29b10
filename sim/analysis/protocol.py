"""A protocol: what is stated about the time after the record, and how a later record is coded.

Knows the file ``protocol.yaml``; it neither simulates nor scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pydantic import ConfigDict, StrictInt, TypeAdapter, ValidationError

from sim import yaml_files
from sim.analysis.following import EVENTS
from sim.config import ConfigError
from sim.config.validation import explain
from sim.study.cells import Cell, load_cell
from sim.yaml_files import YamlError

LONGEST = 3650
"""Days that futures are followed at most."""


@dataclass(frozen=True)
class Protocol:
    """The content of ``protocol.yaml``; ``events`` says in words what counts as each."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    cell: list[str]
    replicates: StrictInt
    seed: StrictInt
    horizons: list[StrictInt]
    level: float
    coding: list[str]
    events: dict[str, str]
    references: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Protocol:
        """Read a protocol.

        Raises
        ------
        ConfigError
            In one sentence, if it is not as it must be.
        """
        try:
            made = _PROTOCOL.validate_python(yaml_files.read(path))
        except OSError as error:
            raise ConfigError(f"cannot read {path}: {str(error.strerror).lower()}") from None
        except YamlError as error:
            raise ConfigError(str(error)) from None
        except ValidationError as error:
            raise ConfigError(f"{path}: {'; '.join(explain(error))}") from None
        made._check(path)
        return made

    def _check(self, path: Path) -> None:
        if not self.horizons or any(low >= high for low, high in pairwise([0, *self.horizons])):
            raise ConfigError(
                f"{path}: horizons are {self.horizons}; allowed are rising days from 1"
            )
        if self.horizons[-1] > LONGEST:
            raise ConfigError(f"{path}: the last horizon is {self.horizons[-1]}; at most {LONGEST}")
        if not 0 < self.level < 1:
            raise ConfigError(
                f"{path}: level is {self.level:g}; allowed is what is between 0 and 1"
            )
        if tuple(self.events) != EVENTS:
            raise ConfigError(f"{path}: events must be {', '.join(EVENTS)}, in this order")

    def composed(self, overrides: list[str]) -> Cell:
        """The cell whose futures are followed."""
        words = [f"replicates={self.replicates}", f"seed={self.seed}", *self.cell, *overrides]
        return load_cell(overrides=words)


_PROTOCOL = TypeAdapter(Protocol)
