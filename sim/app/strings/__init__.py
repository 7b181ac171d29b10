"""Every word the classroom says, in one place for translation; knows no page and no model.

Words are the names in ``en`` (and in other languages, see ``catalogue``); sentences with cases are
functions in ``sentences``. Wording favours no side; contested facts carry their claimant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.app.strings.catalogue import words
from sim.app.strings.sentences import (
    advice,
    both,
    card,
    collapsed,
    date,
    how,
    issue,
    option,
    other,
    package,
    readable,
    said_by,
    seat,
    short_date,
    told,
)

if TYPE_CHECKING:  # what words there are; which language they are in is decided when they are said
    from sim.app.strings.en import *  # noqa: F403

__all__ = [
    "advice", "both", "card", "collapsed", "date", "how", "issue", "option", "other", "package",
    "readable", "said_by", "seat", "short_date", "told",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    return getattr(words, name)
