"""What all agents are: a Mesa agent whose attributes are a column of the futures' records."""

from __future__ import annotations

from typing import Any

import mesa


class Recorded(mesa.Agent):  # type: ignore[misc]
    """An agent of every future held.

    ``held`` names its place in ``state.FUTURE`` and ``place`` its position there; every field of
    that record is an attribute, shape (R, ...), which follows the futures as they are simulated.
    """

    held: str

    def __init__(self, model: Any, name: str, place: int, config: Any) -> None:
        super().__init__(model)
        self.name, self.place, self.config = name, place, config

    @property
    def record(self) -> Any:
        """The agent's record in every future, shape (R,)."""
        return self.model.state[self.held][:, self.place]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in ("model", "place"):
            raise AttributeError(name)
        record = self.record
        if name not in record.dtype.names:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return record[name]
