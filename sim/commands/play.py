"""``ceasefire play``: the classroom in a browser."""

from __future__ import annotations

from pathlib import Path

from sim.commands.arguments import parser
from sim.config import ConfigError
from sim.extras import advice

DESCRIPTION = """\
Serve the classroom: explore a future day by day, see a thousand from any moment, play a side in a
room, debrief, compare. It is served to this machine only unless --network is given; nothing is
fetched from anywhere. Rooms survive a restart. Making a class needs the teacher's word, which is
printed at the start."""
EPILOG = """\
  ceasefire play --open                          try it on this machine, without the teacher's word
  ceasefire play --host 0.0.0.0 --network        students open the address that is printed
  ceasefire play --results multirun/accounts     let people compare a finished sweep
"""


def main(words: list[str]) -> int:
    """Serve until interrupted; return the exit code."""
    reader = parser("play", DESCRIPTION, EPILOG)
    reader.add_argument("--host", default="127.0.0.1", help="address to listen on")
    reader.add_argument("--port", type=int, default=8080)
    reader.add_argument(
        "--network", action="store_true", help="allow an address that others can reach"
    )
    reader.add_argument(
        "--open", action="store_true", help="ask for no teacher's word; for this machine only"
    )
    reader.add_argument(
        "--address", default="", metavar="URL",
        help="what students type, if it is not what is printed: behind a proxy, or under a name",
    )  # fmt: skip
    reader.add_argument(
        "--proxy", default="", metavar="IP",
        help="address of a proxy in front, whose X-Forwarded-For is believed",
    )  # fmt: skip
    reader.add_argument("--scenario", default="baseline", help="scenario chosen at first")
    reader.add_argument("--seed", type=int, default=2025, help="seed chosen at first")
    reader.add_argument(
        "--data", type=Path, default=Path("classroom"), metavar="DIR", help="where rooms are kept"
    )
    reader.add_argument(
        "--results", type=Path, nargs="*", default=[], metavar="DIR",
        help="finished sweeps that may be compared",
    )  # fmt: skip
    given = reader.parse_args(words)
    try:
        import nicegui  # noqa: F401 - only to say in a sentence that it is missing
    except ImportError:
        raise ConfigError(f"the classroom needs NiceGUI: {advice('app')}") from None
    from sim.app.server import Options, run

    for folder in given.results:
        if not folder.is_dir():
            raise ConfigError(f"results is {str(folder)!r}, which is not a directory")
    run(
        Options(
            given.host, given.port, given.network, given.data, given.scenario, given.seed,
            given.results, given.open, given.proxy, given.address,
        )
    )  # fmt: skip
    return 0
