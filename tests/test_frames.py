"""Tables in Python know which futures they cover, and say so where it matters."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import sim
from sim.analysis.frames import WatchedOnly

FUTURES, WATCHED = 300, 40
RUN = sim.simulate(sim.load("baseline"), FUTURES, 2025, horizon=40, watched=WATCHED)


def counted() -> Any:
    """Incidents of each watched future that had any."""
    return RUN.incidents.groupby("replicate").size().rename("n")


PARTLY: dict[str, Callable[[], object]] = {
    "merge": lambda: RUN.runs.merge(RUN.incidents, on="replicate", how="left"),
    "merge the other way": lambda: RUN.incidents.merge(RUN.runs, on="replicate"),
    "the function": lambda: pd.merge(RUN.runs, RUN.rounds, on="replicate", how="left"),
    "counts": lambda: RUN.runs.merge(counted(), on="replicate", how="left"),
    "join": lambda: RUN.runs.set_index("replicate").join(counted()),
    "side by side": lambda: pd.concat([RUN.runs.set_index("replicate"), counted()], axis=1),
    "membership": lambda: RUN.runs.replicate.isin(RUN.incidents.replicate.unique()),
    "membership in a set": lambda: RUN.runs.replicate.isin(set(RUN.incidents.replicate)),
    "looking up": lambda: RUN.runs.replicate.map(counted()),
}
WHOLE: dict[str, Callable[[], object]] = {
    "those watched": lambda: RUN.runs.query("replicate < 40").merge(counted(), on="replicate"),
    "those that are watched": lambda: RUN.runs[RUN.runs.replicate < WATCHED].replicate.isin([1]),
    "itself": lambda: RUN.runs.merge(RUN.runs[["replicate", "deal"]], on="replicate"),
    "two partial ones": lambda: RUN.rounds.merge(RUN.incidents, on="replicate"),
    "below each other": lambda: pd.concat([RUN.rounds, RUN.rounds]),
    "days": lambda: RUN.runs.groupby("account", observed=True)["collapse_day"].mean(),
}  # fmt: skip


@pytest.mark.parametrize("way", PARTLY)
def test_watched_futures_beside_all_are_warned_of_once(way: str) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        PARTLY[way]()
    assert [one.category for one in told] == [WatchedOnly]
    assert f"0 to {WATCHED - 1} of {FUTURES}" in str(told[0].message)
    assert told[0].filename == __file__


@pytest.mark.parametrize("way", WHOLE)
def test_nothing_is_said_where_the_same_futures_meet(way: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        WHOLE[way]()


def test_nothing_is_said_where_all_were_watched() -> None:
    everyone = sim.simulate(sim.load("baseline"), 60, 1, horizon=30, watched=60)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        everyone.runs.merge(everyone.incidents, on="replicate")
    assert "of futures" not in repr(everyone.incidents)


@pytest.mark.parametrize("name", ["rounds", "incidents", "offers"])
def test_a_partial_table_says_what_it_covers(name: str) -> None:
    frame = getattr(RUN, name)
    assert frame.covers == range(WATCHED)
    assert frame.attrs["futures"] == FUTURES
    said = f"[{name} of futures 0 to {WATCHED - 1} of {FUTURES}]"
    assert repr(frame).endswith(said)
    assert said in frame._repr_html_()
    assert repr(frame[frame["day"] > 5]).endswith(said)


def test_a_whole_table_says_nothing_of_it() -> None:
    assert RUN.runs.covers == range(FUTURES)
    assert "futures 0 to" not in repr(RUN.runs)


def test_a_share_given_an_early_attack_differs_where_all_are_watched() -> None:
    """The wrong answer that made this necessary: unwatched futures counted as without attacks."""
    everyone = sim.simulate(sim.load("baseline"), FUTURES, 2025, horizon=40, watched=FUTURES)

    def share(run: Any) -> float:
        early = run.incidents.query("kind == 'attack' and day <= 7").replicate.unique()
        return float(run.runs.replicate.isin(early).mean())

    with pytest.warns(WatchedOnly):
        partly = share(RUN)
    assert partly <= WATCHED / FUTURES < share(everyone)


# --- offers, transcripts, columns -----------------------------------------------------------------


def test_offers_are_those_of_the_transcripts() -> None:
    told = RUN.transcript(3)
    moves = told[told["kind"] == "move"]
    offers = RUN.offers[RUN.offers["replicate"] == 3]
    assert list(offers["speaker"]) == list(moves["speaker"])
    issues = list(RUN.scenario.agenda.issues)
    assert offers[issues].to_dict("records") == list(moves["package"])


def test_a_transcript_of_no_future_is_refused() -> None:
    with pytest.raises(sim.ConfigError, match=f"replicate is {FUTURES}"):
        RUN.transcript(FUTURES)


def test_names_are_categories_that_know_all_there_could_be() -> None:
    assert list(RUN.rounds["outcome"].cat.categories) == [
        "full",
        "partial",
        "adjourned",
        "broken_off",
    ]
    assert list(RUN.incidents["group"].cat.categories) == list(RUN.scenario.militants)
    assert list(RUN.offers["speaker"].cat.categories) == ["pakistan", "afghan_taliban", "mediators"]


def test_a_count_has_whole_quantiles() -> None:
    attacks = RUN.daily.filter(regex="^attacks_q").dropna()
    assert (attacks == attacks.round()).all(axis=None)
    assert attacks["attacks_q95"].max() >= 1


@pytest.mark.parametrize("name", ["runs", "daily", "rounds", "incidents", "offers"])
def test_every_column_is_described_with_its_unit(name: str) -> None:
    told = RUN.columns(name)
    assert list(told["column"]) == list(getattr(RUN, name).columns)
    assert told["meaning"].str.len().min() > 5
    numbers = told["type"].str.startswith(("int", "float"))
    assert (told.loc[numbers, "unit"] != "").all()


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(sim.ConfigError, match="table is 'run'; allowed are runs, daily"):
        RUN.columns("run")
