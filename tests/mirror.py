"""The same world with the parties' places taken by each other, and chance to go with it.

Run as a program it lives worlds with the parties' names swapped in all chance. Compiled rules hold
the keys of their purposes as constants, so that takes a process of its own, which keeps what it
compiles in a directory of its own.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

SIDE = {"pakistan": "afghan_taliban", "afghan_taliban": "pakistan"}
Tree = dict[str, Any]


class World(NamedTuple):
    """A scenario and its settings as a plain tree, and how it is lived."""

    tree: Tree
    futures: int
    seed: int
    days: int


class Lived(NamedTuple):
    """Outcome columns and the rounds of all futures."""

    columns: dict[str, Any]
    rounds: list[dict[str, Any]]


def mirrored(tree: Tree) -> Tree:
    """The same world with the parties' places taken by each other."""
    tree = copy.deepcopy(tree)
    swap(tree)
    tree["protocol"]["first_mover"] = SIDE[tree["protocol"]["first_mover"]]
    positions = [tree["accounts"][name] for name in ("islamabad", "kabul")]
    for issue in tree["agenda"]["issues"].values():
        swap(issue)
        issue["demander"] = SIDE[issue["demander"]]
    for position in (p for account in positions for p in account.values()):
        swap(position)
        position["opening"] = {SIDE[side]: option for side, option in position["opening"].items()}
    for mediator in tree["mediators"].values():
        swap(mediator["leverage"])
        mediator["bias"] = -mediator["bias"]
    return tree


def swap(node: Tree) -> None:
    """Let the parties of a part of a tree change places."""
    node["pakistan"], node["afghan_taliban"] = node["afghan_taliban"], node["pakistan"]


def swapped_name(name: str) -> str:
    """The other side's name of a column."""
    return next((name.replace(s, o, 1) for s, o in SIDE.items() if s in name), name)


def live(world: World) -> Lived:
    """Live a world with the chance of this process."""
    from sim.config import validate
    from sim.model import CeasefireModel

    tree, futures, seed, days = world
    model = CeasefireModel(validate(tree)[0], futures, seed, watched=futures)
    return Lived(model.run(days).columns, model.log.rounds)


def live_mirrored(worlds: list[World]) -> list[Lived]:
    """Live mirrored worlds under mirrored chance and tell of them with the parties swapped back.

    So they are what ``live`` says of the worlds themselves if nothing depends on who is who.
    """
    from sim.compiling import KEPT_IN

    root = Path(__file__).resolve().parent.parent
    given = [world._replace(tree=mirrored(world.tree)) for world in worlds]
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(given), capture_output=True, text=True,
        env=os.environ
        | {"NUMBA_CACHE_DIR": str(KEPT_IN.parent / "mirrored"), "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [
        Lived(
            {swapped_name(name): np.array(values) for name, values in columns.items()},
            [{swapped_name(name): x for name, x in entry.items()} for entry in rounds],
        )
        for columns, rounds in json.loads(done.stdout)
    ]


def swap_parties_in_purposes() -> None:
    """Swap the parties' names in whatever is hashed; purposes are known by their hash."""
    plain = hashlib.blake2b

    def swapped(name: bytes = b"", **options: Any) -> Any:
        words = [SIDE.get(word, word) for word in name.decode().split("/")]
        return plain("/".join(words).encode(), **options)

    hashlib.blake2b = swapped  # type: ignore[assignment,misc]


if __name__ == "__main__":
    swap_parties_in_purposes()  # before any rule is imported
    told = []
    for each in json.load(sys.stdin):
        columns, rounds = live(World(*each))
        told.append(({name: values.tolist() for name, values in columns.items()}, rounds))
    json.dump(told, sys.stdout)
