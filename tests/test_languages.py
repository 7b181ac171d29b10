"""Every language says what English says: the same names, the same fields, nothing left over."""

import ast
import string
from collections import Counter
from pathlib import Path

import pytest

from sim.app import strings as say
from sim.app.choices import TACTICS, shipped
from sim.app.strings import en
from sim.app.strings.catalogue import FIRST, LANGUAGES, in_language, words
from sim.config import CAUSES

# Without words of a language; and what is written to files and logs, not said on a page.
ALIKE = {"OPENING_MARK", "PART_OF_PACKAGE", "TOLD_UNKNOWN", "SEAT_OF", "ROOM_NUMBER", "READY_MARK",
         "KEPT_FOR"}  # fmt: skip
NO_PAGE = {"CODEBOOK", "GARBLED"}
OTHERS = [language for language in LANGUAGES if language != FIRST]


def texts(value):
    """Every text within a word, by where it stands."""
    if isinstance(value, str):
        return {"": value}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return {f"{at}.{inner}": text for at, one in items for inner, text in texts(one).items()}


def fields(text):
    return sorted((name, spec or "") for _, name, spec, _ in string.Formatter().parse(text)
                  if name is not None)  # fmt: skip


def named(module):
    return {name: value for name, value in vars(module).items() if name.isupper()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_given_twice(language):
    body = ast.parse(Path(LANGUAGES[language].__file__).read_text()).body
    given = Counter(
        name.id
        for one in body if isinstance(one, ast.Assign)
        for target in one.targets
        for name in ast.walk(target) if isinstance(name, ast.Name)
    )  # fmt: skip
    assert [name for name, times in given.items() if times > 1] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_what_english_says_with_the_same_fields(language):
    own, first = named(LANGUAGES[language]), named(en)
    assert set(own) <= set(first)
    for name, value in own.items():
        assert type(value) is type(first[name]), name
        known = texts(first[name])
        for at, text in texts(value).items():
            if name != "READABLE":  # names that English says as they are written
                assert at in known, (name, at)
                assert fields(text) == fields(known[at]), (name, at)


@pytest.mark.parametrize("language", OTHERS)
def test_a_student_finds_every_decision_and_every_kind_of_news_in_their_language(language):
    own = named(LANGUAGES[language])
    for name in ("ASK", "ASK_HELP", "YES_NO", "WAITS_TO", "TOLD", "CARDS", "KINDS", "ROLES",
                 "RUNGS", "ISSUES", "MINE_ROWS", "SAID_BY"):  # fmt: skip
        assert texts(own[name]).keys() == texts(getattr(en, name)).keys(), name


@pytest.mark.parametrize("language", OTHERS)
def test_only_signs_and_what_no_page_says_stay_english(language):
    lacking = set(named(en)) - set(named(LANGUAGES[language]))
    assert lacking <= ALIKE | NO_PAGE, sorted(lacking - ALIKE - NO_PAGE)
    for name, value in named(en).items():
        if isinstance(value, dict) and name not in lacking:
            assert texts(value).keys() <= texts(getattr(LANGUAGES[language], name)).keys(), name


@pytest.mark.parametrize("language", OTHERS)
def test_names_to_choose_from_are_said_in_the_language(language):
    known = LANGUAGES[language].READABLE
    assert set(shipped()) | set(TACTICS) | set(CAUSES) <= set(known)


def test_what_a_language_lacks_is_said_in_english():
    assert in_language("ur", "CODEBOOK") == en.CODEBOOK
    assert in_language("ur", "YOU_ARE") != en.YOU_ARE


def test_everybody_is_spoken_to_in_their_own_language():
    before = words.language
    try:
        words.language = lambda: "ur"
        assert say.seat("pakistan") == "اسلام آباد"
        assert say.package({"border": "open"}) == "گزرگاہیں: کھلی"
        words.language = lambda: FIRST
        assert say.seat("pakistan") == "Islamabad"
    finally:
        words.language = before
    with pytest.raises(AttributeError):
        _ = say.NO_SUCH_WORD
