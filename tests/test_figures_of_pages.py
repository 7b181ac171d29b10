"""What Compare and the charts of the pages draw: short sweeps, 60 days, legible letters."""

import io
import math
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from finished_cells import HORIZON, put_sweep

from sim.app import charts, work
from sim.app.pages.compare import HORIZONS, horizons
from sim.app.work import KEPT, LOOKS, figure

NAMES = ("baseline", "no_mediators")


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put_sweep(tmp_path_factory.mktemp("short"))


def table(found) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(found.csv))


@cache
def of_the_sweep(sweep: Path, family: str, days: int) -> pd.DataFrame:
    """The table of a figure; those of all days are drawn in one look only."""
    looks = LOOKS if days < HORIZON else {KEPT: LOOKS[KEPT]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "LOOKS", looks)
        found = figure(NAMES, str(sweep), family, "collapse", days, 0, 0)
    assert set(found.shown) == set(looks)
    return table(found)


def test_of_a_shorter_sweep_what_it_has_is_offered():
    assert horizons(HORIZONS[-1]) == list(HORIZONS)
    assert 60 in HORIZONS
    assert horizons(HORIZON) == [30, HORIZON]
    assert horizons(30) == [30]


@pytest.mark.parametrize("days", horizons(HORIZON))
@pytest.mark.parametrize("family", ["comparison", "agreement"])
def test_a_shorter_sweep_is_compared(sweep: Path, days: int, family: str):
    shown = of_the_sweep(sweep, family, days)
    assert shown["day"].max() == days
    assert set(shown["scenario"].dropna()) == set(NAMES)


def test_60_days_are_compared_on_their_last_day():
    found = figure(NAMES, None, "comparison", "collapse", 60, 200, 7)
    assert found.png == found.shown[KEPT]
    shown = table(found)
    apart = shown[shown["panel"] == "difference"]
    assert set(apart["quantity"]) == {"RMST(60)", "S(60)"}


def test_agreement_is_the_share_of_futures_with_a_deal_by_then(sweep: Path):
    runs = pd.read_parquet(sweep / "baseline" / "runs.parquet")
    shown = of_the_sweep(sweep, "agreement", HORIZON)
    own = shown[shown["scenario"] == "baseline"].set_index("day")
    for day in (0, 10, 20, HORIZON):
        assert own.loc[day, "value"] == pytest.approx((runs["deal_day"] <= day).mean())
    assert own["count"].iloc[-1] == runs["deal"].sum() > 0
    assert (own["lower"] <= own["value"]).all()
    assert (own["value"] <= own["upper"]).all()
    assert own.loc[0, "upper"] < 0.1  # Wilson: 60 futures of which none has a deal


def test_letters_stand_clear_of_the_line_and_of_each_other():
    line = [(60.0 + 4 * k, 40.0 + k * k / 20) for k in range(60)]
    on_it = [("N", line[20], "ink"), ("K", line[24], "ink")]
    drawn = charts._lettered(on_it, clear=((), line))
    places = [
        tuple(float(part.split(f' {name}="')[1].split('"')[0]) for name in ("x", "y"))
        for part in drawn
        if "<text" in part
    ]
    assert len(places) == 2
    for x, y in places:
        nearest = min(math.dist((x, y - 5), point) for point in line)
        assert nearest > charts.LETTER
    assert math.dist(*places) > 2 * 5.0
