"""What follows the record: futures like it, what is stated of them, and how that is scored.

No later event is known here: every record that is scored is invented.
"""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest
from conftest import digest_in, outcomes
from scipy.stats import beta, kstest

from sim import cli, seeds
from sim.analysis.following import (
    EVENTS,
    FORCE,
    Followed,
    cumulative,
    follow,
    follow_block,
    share,
    stated,
)
from sim.analysis.later_record import CODED, LaterRecord
from sim.analysis.patterns import record
from sim.analysis.protocol import Protocol
from sim.analysis.scores import place
from sim.config import ConfigError
from sim.report.findings import put
from sim.report.frozen import (
    FIGURE,
    MANIFEST,
    PROBABILITIES,
    PROTOCOL,
    freeze,
    open_frozen,
    result,
    shipped,
)
from sim.report.scoring import score
from sim.study.cells import load_cell
from sim.study.errors import StudyError
from sim.study.files import checksum

SEED, FUTURES, DAYS = 7, 1500, 60
CLOSES = 13  # the record closes on this day of a future
SMALL = ["replicates=1200", "engine=serial"]


@pytest.fixture(scope="module")
def protocol():
    return Protocol.read(shipped() / PROTOCOL)


@pytest.fixture(scope="module")
def cell(protocol):
    return protocol.composed([f"replicates={FUTURES}", f"seed={SEED}", "engine=serial"])


@pytest.fixture(scope="module")
def followed(cell):
    return follow(cell, DAYS)


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    """A small freeze, in a folder of its own."""
    directory = tmp_path_factory.mktemp("freeze") / "made"
    freeze(shipped() / PROTOCOL, directory, SMALL)
    return directory


# Futures like the record


def test_as_many_futures_are_followed_as_the_pattern_finds_like_the_record():
    cell = load_cell(overrides=[f"replicates={FUTURES}", f"seed={SEED}", "engine=serial"])
    (measured,) = record(cell.scenario, [{}], FUTURES, SEED)
    assert follow(cell, 1).like.sum() == round(measured["record_all"].value * FUTURES)


def test_first_days_are_those_of_futures_that_were_run_straight_through(cell, followed):
    columns = outcomes(cell.scenario, FUTURES, CLOSES + DAYS, SEED)
    in_force = ~(columns["collapse_ended"] & (columns["collapse_day"] <= CLOSES))
    like = np.flatnonzero(in_force)[followed.like]
    first = followed.first[followed.like]
    for event in FORCE:
        day = np.where(columns[f"{event}_ended"], columns[f"{event}_day"] - CLOSES, 0)[like]
        assert np.array_equal(first[:, EVENTS.index(event)], day), event
    full = np.where(columns["deal"], columns["deal_day"] - CLOSES, 0)[like]
    assert np.array_equal(first[:, EVENTS.index("full_deal")], full)
    fresh = ~outcomes(cell.scenario, FUTURES, CLOSES, SEED)["partial"][like]
    partial = np.where(columns["partial"], columns["partial_day"] - CLOSES, 0)[like]
    assert np.array_equal(first[fresh, EVENTS.index("partial_deal")], partial[fresh])


def test_a_round_has_come_where_more_were_held_than_by_the_day_the_record_closes(cell, followed):
    before = outcomes(cell.scenario, FUTURES, CLOSES, SEED)
    after = outcomes(cell.scenario, FUTURES, CLOSES + DAYS, SEED)
    more = (after["rounds_held"] > before["rounds_held"])[~before["collapse_ended"]]
    assert np.array_equal(followed.by("round_held", DAYS), more)


def test_it_is_quiet_until_the_first_of_the_four(followed):
    for day in (1, 20, DAYS):
        fought = np.logical_or.reduce([followed.by(event, day) for event in FORCE])
        assert np.array_equal(followed.by("quiet", day), ~fought)


def test_neither_blocks_nor_threads_change_what_is_found(protocol, followed):
    words = ["engine=threads", "engine.workers=2", "engine.block=400"]
    other = follow(protocol.composed([f"replicates={FUTURES}", f"seed={SEED}", *words]), DAYS)
    assert all(np.array_equal(*columns) for columns in zip(followed, other, strict=True))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["replicates=50"], "of 50 futures are like the record; at least 100"),
        (["scenario=fictional/river"], "start is"),
        (["ceasefire.renewable=true"], "ceasefire.renewable is true"),
    ],
)
def test_what_cannot_be_followed_is_refused_in_one_sentence(words, said):
    with pytest.raises(ConfigError, match=said):
        follow(load_cell(overrides=["replicates=200", *words]), 5)


# Probabilities


def test_a_probability_and_its_interval_by_chance_are_jeffreyss():
    came = np.arange(40) < 10
    found = stated(came, np.zeros(40), 0.95)
    assert found[:3] == pytest.approx((10.5 / 41, *beta.ppf([0.025, 0.975], 10.5, 30.5)))
    assert np.isnan(found[3:]).all()


def test_what_never_came_is_not_impossible():
    assert 0 < stated(np.zeros(50, dtype=bool), np.arange(50) % 5, 0.95).value < 0.02


def test_the_wider_interval_covers_the_probabilities_of_the_sets():
    """Of 400 sets drawn around 0.3; a share of .95 has a standard error of .011."""
    rng = np.random.default_rng(SEED)
    truth = 1 / (1 + np.exp(-rng.normal(-0.85, 0.5, 400)))
    number = np.repeat(np.arange(400), 50)
    found = stated(rng.random(number.size) < truth[number], number, 0.95)
    covered = ((truth >= found.lower) & (truth <= found.upper)).mean()
    assert 0.91 < covered < 0.99


def test_counts_by_day_are_those_of_first_days():
    first = np.zeros((3, len(EVENTS)), dtype=np.int64)
    first[:, 0] = [2, 0, 3]
    counts = dict(cumulative(Followed(first, np.ones(3, bool), np.zeros(3)), 4))
    assert counts["round_held"].tolist() == [0, 0, 1, 2, 2]
    assert counts["quiet"].tolist() == [0] * 5


def test_the_days_of_the_ensembles_own_futures_are_uniform_in_what_it_states(cell):
    """Stated by one half of the futures and held against the other; 3 in 10,000 fail by chance."""
    halves = [follow_block(cell, first, FUTURES, DAYS) for first in (0, FUTURES)]
    one, other = (half.of(half.like) for half in halves)
    drawn = np.random.default_rng(SEED).random((len(EVENTS), len(other.like)))
    for k, (event, counts) in enumerate(cumulative(one, DAYS)):
        below = share(counts, len(one.like)) * (counts > 0)
        days = [int(day) or None for day in other.first[:, k]]
        pits = [place(below, day, DAYS, v).pit for day, v in zip(days, drawn[k], strict=True)]
        # Both halves are samples, hence twice the variance of a test against what is known.
        distance = kstest(pits, "uniform").statistic
        assert distance < 2.1 * np.sqrt(1 / len(one.like) + 1 / len(other.like)), event


# A freeze


def test_a_freeze_has_its_files_and_is_opened_as_it_was_written(frozen):
    assert {path.name for path in frozen.iterdir() if not path.name.startswith(".")} == {
        "protocol.yaml", "probabilities.csv", "days.csv", "frozen.json", "probabilities.png",
        "README.md",
    }  # fmt: skip
    opened = open_frozen(frozen)
    at_horizons = opened.days.set_index("day").loc[opened.protocol.horizons]
    for event in CODED:
        rows = opened.probabilities[opened.probabilities["event"] == event]
        said = share(at_horizons[event].to_numpy(), opened.manifest["like_the_record"])
        assert rows["probability"].to_numpy() == pytest.approx(said, rel=1e-5)


def test_a_freeze_is_never_written_over(frozen):
    before = checksum(frozen / MANIFEST)
    with pytest.raises(StudyError, match="holds a freeze already"):
        freeze(shipped() / PROTOCOL, frozen, SMALL)
    assert checksum(frozen / MANIFEST) == before


def test_the_same_protocol_gives_the_same_numbers(frozen, tmp_path):
    again = freeze(shipped() / PROTOCOL, tmp_path / "again", SMALL)
    assert again.manifest["files"] == open_frozen(frozen).manifest["files"]


@pytest.mark.parametrize("name", ["probabilities.csv", "days.csv", "protocol.yaml", "frozen.json"])
def test_a_freeze_that_was_changed_is_not_scored(frozen, tmp_path, name):
    for path in frozen.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (tmp_path / name).read_text()
    (tmp_path / name).write_text(text.replace("1", "2", 1))
    with pytest.raises(StudyError, match=name):
        open_frozen(tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("horizons: [90, 30]", "horizons are"),
        ("horizons: []", "horizons are"),
        ("horizons: [30, 9999]", "the last horizon is 9999"),
        ("level: 1.5", "level is 1.5"),
        ("seed: many", "seed is 'many'"),
        ("surprise: 1", "surprise is not a known field"),
    ],
)
def test_a_protocol_that_cannot_be_is_refused_in_one_sentence(tmp_path, line, said):
    name = line.partition(":")[0]
    text = (shipped() / PROTOCOL).read_text()
    kept = [row for row in text.splitlines() if not row.startswith(f"{name}:")]
    path = tmp_path / "protocol.yaml"
    path.write_text("\n".join([*kept, line]))
    with pytest.raises(ConfigError, match=re.escape(said)) as refused:
        Protocol.read(path)
    assert "\n" not in str(refused.value)


# Scores


def invented(followed_to, **events):
    tree = {"about": "invented", "followed_to": followed_to, "events": dict.fromkeys(CODED)}
    tree["events"] |= events
    return LaterRecord.of(tree, seeds.load().frozen_on)


def test_only_horizons_that_are_over_are_scored(frozen):
    scored = score(open_frozen(frozen), invented(179, strike=3))
    assert (scored.over, scored.waiting) == ([30, 90], [180, 365])
    assert set(scored.scores["horizon"]) == {30, 90}
    assert list(scored.means["pairs"]) == [8, 8, 8, 8, 16, 16]


def test_nothing_is_scored_before_a_horizon_is_over(frozen):
    with pytest.raises(ConfigError, match="30 days, is over on 2025-12-01"):
        score(open_frozen(frozen), invented(29))


def test_a_score_is_that_of_what_was_stated_and_what_happened(frozen):
    opened = open_frozen(frozen)
    scored = score(opened, invented(40, strike=31, round_held=5))
    rows = scored.scores.set_index("event")
    stated_of = opened.probabilities.query("horizon == 30").set_index("event")["probability"]
    assert rows["brier_probability"]["round_held"] == pytest.approx(
        (1 - stated_of["round_held"]) ** 2
    )
    assert rows["log_probability"]["strike"] == pytest.approx(-np.log(1 - stated_of["strike"]))
    assert list(rows["happened"]) == [e in ("round_held", "quiet") for e in rows.index]
    assert set(rows["brier_half"]) == {0.25}


def test_what_a_collapse_cut_off_is_known_not_to_come(frozen):
    opened = open_frozen(frozen)
    cut = score(opened, invented(40, repudiation=20)).days.set_index("event")
    never = score(opened, invented(40)).days.set_index("event")
    assert cut["low"]["strike"] == pytest.approx(
        share(opened.days["strike"].iloc[-1], opened.manifest["like_the_record"])
    )
    assert cut["looked_to"]["strike"] == 365
    assert never["looked_to"]["strike"] == 40


def test_a_day_beyond_the_last_horizon_is_later_than_all_that_was_stated(frozen):
    days = score(open_frozen(frozen), invented(700, strike=600)).days.set_index("event")
    assert days["first_day"].isna().all()
    assert days["high"]["strike"] == 1.0


# The commands


RECORD = """\
about: Invented, for a test. Nothing in it happened.
followed_to: 2026-01-31
events: {round_held: 5, partial_deal: null, full_deal: null, exchange_of_fire: null,
  strike: 2026-01-02, repudiation: null, open_hostilities: null}
"""


def run(*words):
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    return ended.value.code


def test_a_record_is_scored_from_the_command_line(frozen, tmp_path, capsys):
    (tmp_path / "record.yaml").write_text(RECORD)
    out = tmp_path / "out"
    words = ("score", str(tmp_path / "record.yaml"), "--frozen", str(frozen), "--out", str(out))
    assert run(*words) == 0
    assert "Invented, for a test." in capsys.readouterr().out
    assert sorted(path.name for path in out.iterdir()) == ["days.csv", "means.csv", "scores.csv"]
    assert len(pd.read_csv(out / "scores.csv")) == 2 * len(EVENTS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["score", "nowhere.yaml"], "cannot read nowhere.yaml"),
        (["score"], "the following arguments are required: RECORD"),
        (["score", "record.yaml", "--frozen", "nowhere"], "cannot read nowhere/frozen.json"),
        (["freeze", "made", "replicates=100"], "of 100 futures are like the record"),
        (["freeze", "made", "replicates=no"], "replicates"),
        (["freeze", "made", "--protocol", "nowhere.yaml"], "cannot read nowhere.yaml"),
    ],
)
def test_a_mistake_gets_one_sentence_and_leaves_nothing(words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "record.yaml").write_text(RECORD)
    assert run(*words) == 1
    errors = capsys.readouterr().err
    assert said in errors
    assert errors.count("\n") == 1
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"record.yaml"}


# What is shipped


def test_the_freeze_that_ships_is_whole_and_its_page_says_what_its_data_say():
    opened = open_frozen(shipped())
    page = (shipped() / "README.md").read_text()
    assert put(page, result(opened, checksum(shipped() / MANIFEST))) == page
    assert digest_in(shipped() / f"{FIGURE}.png") == checksum(shipped() / PROBABILITIES)
    assert opened.closed == seeds.load().frozen_on


def test_the_protocols_words_fit_what_is_simulated(protocol):
    assert protocol.composed([]).scenario.ceasefire.consecutive_days == 3
    assert "three days in a row" in protocol.events["open_hostilities"]
    assert protocol.horizons == [30, 90, 180, 365]
    assert seeds.load().frozen_on - dt.timedelta(CLOSES) == seeds.value(
        "timeline.doha_ceasefire.date"
    )
