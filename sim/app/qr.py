"""A QR code of an address as inline SVG, made here: black on white, whatever the page's colours."""

from __future__ import annotations

from html import escape

import segno

from sim.app import strings as say


def code(address: str) -> str:
    """The code of an address, with its quiet zone, in as many pixels as there is room for."""
    drawn = segno.make(address, error="m").svg_inline(
        border=4, dark="#000000", light="#ffffff", omitsize=True, svgclass="qr", lineclass=None
    )
    label = escape(say.QR_LABEL.format(address=address), quote=True)
    return f'<div class="qr-box" role="img" aria-label="{label}">{drawn}</div>'
