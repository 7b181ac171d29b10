"""``python tests/house.py``: the drawing of the house in CONTRIBUTING.md, from the imports.

An arrow runs from a room to one that it imports. Where a room is reached by way of another, its
own arrow is left out.
"""

import re

from test_project import LAYERS, MODULES, ROOT, _imports, _name, _room

PAGE = ROOT / "CONTRIBUTING.md"
MARKS = re.compile(
    r"(<!-- house: written by python tests/house.py -->\n).*?(<!-- end of house -->)", re.S
)
SMALL = {"arrays", "compiling", "extras", "paths", "releases", "yaml_files", "names", "__main__"}


def used() -> dict[str, set[str]]:
    """Rooms that each room imports, but for those that everything may use."""
    found: dict[str, set[str]] = {room: set() for room in LAYERS if room not in SMALL}
    for module in MODULES:
        room = _room(_name(module))
        if room in found:
            names = {
                _room(name) for name in _imports(module, types=False) if name.startswith("sim")
            }
            found[room] |= (names & found.keys()) - {room}
    return found


def below(room: str, rooms: dict[str, set[str]]) -> set[str]:
    """Every room that one reaches, directly or by way of others."""
    found: set[str] = set()
    ahead = set(rooms[room])
    while ahead:
        found |= ahead
        ahead = set().union(*(rooms[other] for other in ahead)) - found
    return found


def arrows() -> list[tuple[str, str]]:
    """What is drawn: a room and one that it imports, the highest first."""
    rooms = used()
    through = {room: set().union(*(below(x, rooms) for x in rooms[room])) for room in rooms}
    return [
        (room, other)
        for room in sorted(rooms, key=lambda room: (-LAYERS[room], room))
        for other in sorted(rooms[room] - through[room])
    ]


def drawing() -> str:
    """The arrows as a Mermaid flowchart."""
    lines = [f"  {room} --> {other}" for room, other in arrows()]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```", ""])


if __name__ == "__main__":
    PAGE.write_text(MARKS.sub(lambda found: found[1] + drawing() + found[2], PAGE.read_text()))
