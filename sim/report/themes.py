"""Two drawings that differ in colours only as one image, which follows the reader's theme.

The image is a part of the page rather than a picture in it, so that the page's choice of a theme
holds in it and on paper. Knows SVG as matplotlib writes it, no result.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from html import escape
from pathlib import Path

from sim.plots.style import Drawing, save

_VALUE = re.compile(r'((?:fill|stroke|opacity|fill-opacity|stroke-opacity): )([^;"]+)')
_NOT_DRAWN = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<defs>\s*<style.*?</defs>", re.DOTALL)
_REFERENCE = re.compile(r'(?<=url\(#)[^)]+(?=\))|(?<=href="#)[^"]+(?=")')


def in_both_themes(light: str, dark: str, alt: str) -> str:
    """SVG to stand in a page, of the same drawing in a light and a dark theme.

    Raises
    ------
    ValueError
        If the two differ in more than the values of styles.
    """
    light, dark = _bare(light), _bare(dark)
    pairs = list(zip(_VALUE.findall(light), _VALUE.findall(dark), strict=True))
    if _VALUE.sub("", light) != _VALUE.sub("", dark):
        raise ValueError("the light and the dark drawing differ in more than the values of styles")
    varied = {(one, other): _variable(one, other) for (_, one), (_, other) in pairs if one != other}
    values = iter(pairs)

    def follow(found: re.Match[str]) -> str:
        (_, one), (_, other) = next(values)
        return found[1] + (f"var({varied[one, other]})" if one != other else one)

    drawn = _VALUE.sub(follow, light)
    by_day = "".join(f"{name}:{one};" for (one, _), name in varied.items())
    by_night = "".join(f"{name}:{other};" for (_, other), name in varied.items())
    style = f":root{{{by_day}}}@media screen and (prefers-color-scheme:dark){{:root{{{by_night}}}}}"
    start = drawn.index(">") + 1
    return (
        f'{drawn[: start - 1]} role="img" aria-label="{escape(alt)}">'
        f"<style>{style}</style>{drawn[start:]}"
    )


def _variable(one: str, other: str) -> str:
    """A name that the same two values have in every figure of a page."""
    return "--" + re.sub(r"[^0-9a-z]+", "-", f"{one} {other}".lower()).strip("-")


def _bare(svg: str) -> str:
    """A drawing without what a page does not need, its names not those of other drawings.

    Matplotlib makes names of what they stand for, colours too: here they are counted.
    """
    text = _NOT_DRAWN.sub("", svg[svg.index("<svg") :])
    text = re.sub(r">\s+<", "><", text).replace("xlink:href", "href").strip()
    text = re.sub(r' (?:xmlns(?::xlink)?|version)="[^"]*"', "", text)
    own = hashlib.sha256(_VALUE.sub("", re.sub(r"\b[mp][0-9a-f]{10}\b", "", text)).encode())
    names = {
        name: f"{own.hexdigest()[:6]}-{k}"
        for k, name in enumerate(dict.fromkeys(_REFERENCE.findall(text)))
    }
    text = _REFERENCE.sub(lambda found: names[found[0]], text)
    return re.sub(
        r' id="([^"]*)"',
        lambda found: f' id="{names[found[1]]}"' if found[1] in names else "",
        text,
    )


def svg_of(drawing: Drawing) -> str:
    """A drawing as SVG, its curves to a tenth of a point and written shortly."""
    with tempfile.TemporaryDirectory() as folder:
        (path,) = save(drawing, Path(folder) / "figure", ["svg"])
        text = path.read_text(encoding="utf-8")
    return re.sub(r' d="([M\d][-.\dMLz\s]*)"', lambda d: f' d="{_shortly(d[1])}"', text)


def _shortly(path: str) -> str:
    """The same polygons with each point as its distance from the one before, in tenths.

    Rounding does not add up: distances are taken between rounded points. A point where the last
    one is, is left out.
    """
    out: list[str] = []
    at = 0, 0
    for command, x, y in re.findall(r"([MLz])\s*(?:(-?[\d.]+)\s+(-?[\d.]+))?", path):
        if command == "z":
            out.append("z")
            continue
        point = round(10 * float(x)), round(10 * float(y))
        across, down = point[0] - at[0], point[1] - at[1]
        if command == "M":
            out.append(f"M{point[0] / 10:g} {point[1] / 10:g}")
        elif across or down:
            way = (("h", [across]) if not down else ("v", [down]) if not across else
                   ("l", [across, down]))  # fmt: skip
            out.append(way[0] + " ".join(f"{part / 10:g}" for part in way[1]))
        at = point
    return "".join(out)
