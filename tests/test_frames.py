"""Tables in Python know which futures they cover, and say so where it matters."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest
from conftest import loaded

import sim
from sim.analysis.ensemble import Ensemble
from sim.analysis.frames import WatchedOnly

FUTURES, WATCHED = 300, 40


@cache
def ran() -> Ensemble:
    return sim.simulate(loaded(), FUTURES, 2025, horizon=40, watched=WATCHED)


def counted() -> Any:
    """Incidents of each watched future that had any."""
    return ran().incidents.groupby("replicate").size().rename("n")


PARTLY: dict[str, Callable[[], object]] = {
    "merge": lambda: ran().runs.merge(ran().incidents, on="replicate", how="left"),
    "merge the other way": lambda: ran().incidents.merge(ran().runs, on="replicate"),
    "the function": lambda: pd.merge(ran().runs, ran().rounds, on="replicate", how="left"),
    "counts": lambda: ran().runs.merge(counted(), on="replicate", how="left"),
    "join": lambda: ran().runs.set_index("replicate").join(counted()),
    "side by side": lambda: pd.concat([ran().runs.set_index("replicate"), counted()], axis=1),
    "membership": lambda: ran().runs.replicate.isin(ran().incidents.replicate.unique()),
    "membership in a set": lambda: ran().runs.replicate.isin(set(ran().incidents.replicate)),
    "looking up": lambda: ran().runs.replicate.map(counted()),
}
WHOLE: dict[str, Callable[[], object]] = {
    "those watched": lambda: ran().runs.query("replicate < 40").merge(counted(), on="replicate"),
    "those that are watched": lambda: ran().runs.head(WATCHED).replicate.isin([1]),
    "itself": lambda: ran().runs.merge(ran().runs[["replicate", "deal"]], on="replicate"),
    "two partial ones": lambda: ran().rounds.merge(ran().incidents, on="replicate"),
    "below each other": lambda: pd.concat([ran().rounds, ran().rounds]),
    "days": lambda: ran().runs.groupby("account", observed=True)["collapse_day"].mean(),
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
    everyone = sim.simulate(loaded(), 60, 1, horizon=30, watched=60)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        everyone.runs.merge(everyone.incidents, on="replicate")
    assert "of futures" not in repr(everyone.incidents)


@pytest.mark.parametrize("name", ["rounds", "incidents", "offers"])
def test_a_partial_table_says_what_it_covers(name: str) -> None:
    frame = getattr(ran(), name)
    assert frame.covers == range(WATCHED)
    assert frame.attrs["futures"] == FUTURES
    said = f"[{name} of futures 0 to {WATCHED - 1} of {FUTURES}]"
    assert repr(frame).endswith(said)
    assert said in frame._repr_html_()
    assert repr(frame[frame["day"] > 5]).endswith(said)


def test_a_whole_table_says_nothing_of_it() -> None:
    assert ran().runs.covers == range(FUTURES)
    assert "futures 0 to" not in repr(ran().runs)


def test_a_share_given_an_early_attack_differs_where_all_are_watched() -> None:
    """The wrong answer that made this necessary: unwatched futures counted as without attacks."""
    everyone = sim.simulate(loaded(), FUTURES, 2025, horizon=40, watched=FUTURES)

    def share(run: Any) -> float:
        early = run.incidents.query("kind == 'attack' and day <= 7").replicate.unique()
        return float(run.runs.replicate.isin(early).mean())

    with pytest.warns(WatchedOnly):
        partly = share(ran())
    assert partly <= WATCHED / FUTURES < share(everyone)


# --- offers, transcripts, columns -----------------------------------------------------------------


def test_offers_are_those_of_the_transcripts() -> None:
    talked = int(ran().offers["replicate"].iloc[0])
    told = ran().transcript(talked)
    moves = told[told["kind"] == "move"]
    offers = ran().offers[ran().offers["replicate"] == talked]
    assert list(offers["speaker"]) == list(moves["speaker"])
    issues = list(ran().scenario.agenda.issues)
    assert offers[issues].to_dict("records") == list(moves["package"])


def test_a_transcript_of_no_future_is_refused() -> None:
    with pytest.raises(sim.ConfigError, match=f"replicate is {FUTURES}"):
        ran().transcript(FUTURES)


def test_names_are_categories_that_know_all_there_could_be() -> None:
    assert list(ran().rounds["outcome"].cat.categories) == [
        "full",
        "partial",
        "adjourned",
        "broken_off",
    ]
    assert list(ran().incidents["group"].cat.categories) == list(ran().scenario.militants)
    assert list(ran().offers["speaker"].cat.categories) == [
        "pakistan",
        "afghan_taliban",
        "mediators",
    ]


def test_a_count_has_whole_quantiles() -> None:
    attacks = ran().daily.filter(regex="^attacks_q").dropna()
    assert (attacks == attacks.round()).all(axis=None)
    assert attacks["attacks_q95"].max() >= 1


@pytest.mark.parametrize("name", ["runs", "daily", "rounds", "incidents", "offers"])
def test_every_column_is_described_with_its_unit(name: str) -> None:
    told = ran().columns(name)
    assert list(told["column"]) == list(getattr(ran(), name).columns)
    assert told["meaning"].str.len().min() > 5
    numbers = told["type"].str.startswith(("int", "float"))
    assert (told.loc[numbers, "unit"] != "").all()


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(sim.ConfigError, match="table is 'run'; allowed are runs, daily"):
        ran().columns("run")


# --- day by day -----------------------------------------------------------------------------------


def test_days_end_where_the_future_does() -> None:
    days = ran().trajectories()
    last = days.groupby("replicate").tail(1)
    watched = ran().runs.query(f"replicate < {WATCHED}")
    assert list(last["day"]) == list(watched["collapse_day"])
    assert list(last["tension"]) == list(watched["tension"])
    assert list(days.groupby("replicate")["attacks"].sum()) == list(
        watched.filter(regex="^attacks_").sum(axis=1)
    )


def test_a_reporter_of_ones_own_is_asked_every_evening() -> None:
    twice = {"twice": lambda model: 2 * model.state["tension"], "evening": lambda model: model.day}
    days = ran().trajectories({"tension": "tension", **twice})
    assert (days["twice"] == 2 * days["tension"]).all()
    assert (days["evening"] == days["day"]).all()


@pytest.mark.parametrize(
    ("reporter", "said"),
    [
        ("tensoin", "reporter is 'tensoin'; did you mean tension?"),
        (lambda model: [1, 2], "gave an array of shape (2,); it needs one value, or one for"),
    ],
)  # fmt: skip
def test_a_reporter_that_says_nothing_of_each_future_is_refused(reporter: Any, said: str) -> None:
    with pytest.raises(sim.ConfigError) as refused:
        ran().trajectories({"x": reporter})
    assert said in str(refused.value)


def test_mesas_collector_follows_a_model() -> None:
    import mesa

    collector = mesa.DataCollector(model_reporters={"day": "day", "mean": _mean_tension})
    model = sim.CeasefireModel(loaded(), replicates=20, seed=7)
    for _ in range(5):
        model.step()
        collector.collect(model)
    table = collector.get_model_vars_dataframe()
    assert list(table["day"]) == [1, 2, 3, 4, 5]
    assert table["mean"].iloc[-1] == _mean_tension(model)


def _mean_tension(model: sim.CeasefireModel) -> float:
    return float(model.state["tension"].mean())


# --- several ensembles, other libraries -----------------------------------------------------------


def test_tables_of_several_ensembles_are_one_with_where_rows_are_from() -> None:
    other = sim.simulate(loaded("no_mediators"), 20, 7, horizon=20)
    both = sim.stack({"as it is": ran(), "alone": other})
    assert list(both.columns[:4]) == ["cell", "scenario", "seed", "key"]
    assert both.groupby("cell", observed=True).size().to_dict() == {
        "as it is": FUTURES,
        "alone": 20,
    }
    facts = both[["cell", "scenario", "seed", "key"]].drop_duplicates().astype(str)
    assert facts.values.tolist() == [
        ["as it is", "baseline", "2025", ran().cell.key],
        ["alone", "no_mediators", "7", other.cell.key],
    ]


def test_what_cannot_be_stacked_is_refused() -> None:
    for cells, table in (({}, "runs"), ({"a": ran()}, "cell")):
        with pytest.raises(sim.ConfigError):
            sim.stack(cells, table)


def test_durations_are_as_survival_libraries_take_them() -> None:
    from lifelines import KaplanMeierFitter

    day, ended, _ = ran().durations()
    theirs = KaplanMeierFitter().fit(day, ended).predict(30)
    assert abs(theirs - ran().survival().at(30).value) < 1e-12
    array = ran().outcome_array()  # of scikit-survival: whether, then when
    assert array.dtype.names == ("ended", "day")
    assert (array["ended"].sum(), array["day"].sum()) == (ended.sum(), day.sum())
