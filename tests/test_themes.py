"""Drawings in a light and a dark theme as one image."""

import re

import pytest

from sim.report.themes import in_both_themes

LIGHT = (
    '<?xml version="1.0"?><svg width="9pt"><metadata>x</metadata><g id="panel:one">'
    '<defs><path id="m0123456789" d="M0 0" style="stroke: #111111"/></defs>'
    '<use xlink:href="#m0123456789" style="fill: #111111; opacity: 0.4"/>'
    '<text style="fill: #777777">fill: once</text></g></svg>'
)
DARK = LIGHT.replace("#111111", "#eeeeee").replace("0123456789", "abcdef0123")


def test_what_differs_is_a_variable_that_screens_in_the_dark_set_otherwise():
    drawn = in_both_themes(LIGHT, DARK, "What it shows")
    (name,) = set(re.findall(r"(?:fill|stroke): var\(([^)]+)\)", drawn))
    assert f":root{{{name}:#111111;}}" in drawn
    assert f"@media screen and (prefers-color-scheme:dark){{:root{{{name}:#eeeeee;}}}}" in drawn


def test_what_does_not_differ_stays_as_it_is():
    drawn = in_both_themes(LIGHT, DARK, "What it shows")
    assert '<text style="fill: #777777">fill: once</text>' in drawn
    assert "opacity: 0.4" in drawn


def test_only_names_that_are_referred_to_are_kept():
    drawn = in_both_themes(LIGHT, DARK, "What it shows")
    (name,) = re.findall(r'id="([^"]*)"', drawn)
    assert f'href="#{name}"' in drawn


def test_other_drawings_have_other_names():
    other = in_both_themes(LIGHT.replace("M0 0", "M1 1"), DARK.replace("M0 0", "M1 1"), "Other")
    (one,) = re.findall(r'id="([^"]*)"', in_both_themes(LIGHT, DARK, "What it shows"))
    assert f'id="{one}"' not in other


def test_what_it_shows_is_its_label():
    assert ' role="img" aria-label="A &lt; B">' in in_both_themes(LIGHT, DARK, "A < B")


def test_drawings_that_differ_in_more_than_styles_are_refused():
    with pytest.raises(ValueError, match="differ in more than the values of styles"):
        in_both_themes(LIGHT, DARK.replace("M0 0", "M1 1"), "What it shows")
