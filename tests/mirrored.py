"""Run worlds in an interpreter of their own, with both parties' streams of chance exchanged.

    python tests/mirrored.py [--mirrored] < worlds.json > columns.pickle

Whose chance is whose is decided when the rules are loaded, so it is exchanged before they are;
nothing is compiled, so that nothing of it is kept.
"""

import json
import os
import pickle
import sys
from functools import cache
from pathlib import Path

os.environ["NUMBA_DISABLE_JIT"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sim import chance
from sim.config import PARTIES

OTHER = dict(zip(PARTIES, reversed(PARTIES), strict=True))


def main() -> None:
    """Answer with the outcome columns and the rounds of every world."""
    if "--mirrored" in sys.argv:
        own = chance.purpose
        swapped = cache(lambda name: own("/".join(OTHER.get(x, x) for x in name.split("/"))))
        chance.purpose = swapped
    from sim.config import validate
    from sim.model import CeasefireModel

    answers = []
    for tree, replicates, horizon, seed in json.load(sys.stdin):
        model = CeasefireModel(validate(tree)[0], replicates, seed, watched=replicates)
        columns = model.run(horizon).columns
        answers.append((columns, model.log.rounds))
    sys.stdout.buffer.write(pickle.dumps(answers))


if __name__ == "__main__":
    main()
