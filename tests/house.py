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


def drawing() -> str:
    """The rooms and arrows as a Mermaid flowchart, the highest first."""
    rooms, lines = used(), ["```mermaid", "flowchart TD"]
    for room in sorted(rooms, key=lambda room: (-LAYERS[room], room)):
        through = set().union(*(below(other, rooms) for other in rooms[room]))
        lines += [f"  {room} --> {other}" for other in sorted(rooms[room] - through)]
    return "\n".join([*lines, "```", ""])


if __name__ == "__main__":
    PAGE.write_text(MARKS.sub(lambda found: found[1] + drawing() + found[2], PAGE.read_text()))
