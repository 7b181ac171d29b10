"""The estimators against R's survival package, on data sets that come with it.

Needs Debian's r-base-core and r-cran-survival (apt-get install); skipped without them.
"""

from __future__ import annotations

import io
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from sim.analysis.survival import aalen_johansen, kaplan_meier, log_rank, nelson_aalen

RSCRIPT = shutil.which("Rscript")


def has_survival() -> bool:
    if RSCRIPT is None:
        return False
    asked = [RSCRIPT, "-e", 'stopifnot(requireNamespace("survival"))']
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_survival(), reason="R with the package survival is not installed"),
]

DATA = {  # name -> durations, events (0, 1), groups in R
    "aml": ("aml$time", "aml$status", "as.integer(aml$x)"),
    "bladder": ("bladder1$stop", "as.integer(bladder1$status == 1)", "bladder1$treatment"),
    "cancer": ("cancer$time", "cancer$status - 1", "cancer$sex"),
    "colon": ("colon$time", "colon$status", "colon$rx"),
    "kidney": ("kidney$time", "kidney$status", "kidney$sex"),
    "ovarian": ("ovarian$futime", "ovarian$fustat", "ovarian$rx"),
    "pbc": ("pbc$time", "as.integer(pbc$status > 0)", "pbc$sex"),
    "rats": ("rats$time", "rats$status", "rats$rx"),
    "stanford2": ("ceiling(stanford2$time)", "stanford2$status", "as.integer(stanford2$age > 40)"),
    "veteran": ("veteran$time", "veteran$status", "veteran$trt"),
}


PARTS = """
f <- survfit(Surv(time, event) ~ 1, d, conf.type = "log-log")
show("curve", data.frame(time = f$time, s = f$surv, se = f$std.err * f$surv, low = f$lower,
  high = f$upper, risk = f$n.risk, h = f$cumhaz))
q <- quantile(f, .5)
show("median", data.frame(m = q$quantile, l = q$lower, u = q$upper))
tau <- floor(quantile(d$time, .8, names = FALSE))
m <- summary(f, rmean = tau)$table
show("mean", data.frame(tau = tau, mean = m[["rmean"]], se = m[["se(rmean)"]]))
show("test", data.frame(chisq = survdiff(Surv(time, event) ~ group, d)$chisq))
"""


def from_r(code: str) -> dict[str, pd.DataFrame]:
    """Run R code that shows data frames by name."""
    script = (
        "suppressPackageStartupMessages(library(survival)); show <- function(name, frame) {"
        'cat("#", name, "\\n"); write.csv(frame, row.names = FALSE) }\n'
    )
    assert RSCRIPT is not None
    done = subprocess.run(
        [RSCRIPT, "-e", script + code], capture_output=True, text=True, check=True, timeout=300
    )
    found = {}
    for block in done.stdout.split("# ")[1:]:
        name, _, table = block.partition("\n")
        found[name.strip()] = pd.read_csv(io.StringIO(table), skipinitialspace=True)
    return found


@pytest.fixture(scope="module", params=DATA)
def r(request: pytest.FixtureRequest) -> dict[str, pd.DataFrame]:
    """One of R's data sets, and what R makes of it."""
    columns = zip(("time", "event", "group"), DATA[request.param], strict=True)
    listed = ", ".join(f"{name} = {code}" for name, code in columns)
    return from_r(f'd <- na.omit(data.frame({listed})); show("data", d)\n{PARTS}')


def test_kaplan_meier_with_its_error_and_limits(r: dict[str, pd.DataFrame]) -> None:
    data, out = r["data"], r["curve"]
    curve = kaplan_meier(data["time"], data["event"])
    at = out["time"].to_numpy(int)
    inside = ((out["s"] > 0) & (out["s"] < 1)).to_numpy()
    assert np.abs(curve.survival[at] - out["s"]).max() < 1e-12
    assert np.abs(curve.at_risk[at] - out["risk"]).max() == 0
    for ours, theirs in ((curve.se, "se"), (curve.lower, "low"), (curve.upper, "high")):
        gap = (ours[at] - out[theirs].to_numpy())[inside]
        assert np.abs(gap).max() < 1e-10, theirs


def test_restricted_mean_with_its_error(r: dict[str, pd.DataFrame]) -> None:
    data, out = r["data"], r["mean"].iloc[0]
    mean = kaplan_meier(data["time"], data["event"]).rmst(int(out["tau"]))
    assert mean.value == pytest.approx(out["mean"], rel=1e-10)
    assert mean.se == pytest.approx(out["se"], rel=1e-10)


def test_median_with_its_limits(r: dict[str, pd.DataFrame]) -> None:
    """Where a curve is flat at one half R takes the middle of the step, we its first day."""
    data, out = r["data"], r["median"].iloc[0]
    curve = kaplan_meier(data["time"], data["event"])
    median = curve.median
    limits = zip((median.value, median.lower, median.upper), out,
                 (curve.survival, curve.lower, curve.upper), strict=True)  # fmt: skip
    for ours, theirs, line in limits:
        if ours is None:
            assert pd.isna(theirs)
        elif np.isclose(line[ours], 0.5, atol=1e-9):
            assert ours <= theirs
        else:
            assert ours == theirs


def test_cumulative_hazard(r: dict[str, pd.DataFrame]) -> None:
    data, out = r["data"], r["curve"]
    ours = nelson_aalen(data["time"], data["event"]).value[out["time"].to_numpy(int)]
    assert np.abs(ours - out["h"]).max() < 1e-12


def test_log_rank(r: dict[str, pd.DataFrame]) -> None:
    data, out = r["data"], r["test"]
    ours = log_rank(data["time"], data["event"], data["group"]).chi2
    assert ours == pytest.approx(out["chisq"].item(), rel=1e-10)


def test_competing_causes_with_their_error() -> None:
    """Plasma-cell malignancy or death, from mgus2."""
    found = from_r("""
m <- subset(mgus2, !is.na(futime))
t <- with(m, ifelse(pstat == 1, ptime, futime))
k <- with(m, ifelse(pstat == 1, "pcm", ifelse(death == 1, "death", "none")))
show("data", data.frame(t = t, k = k))
f <- survfit(Surv(t, factor(k, c("none", "pcm", "death"))) ~ 1)
show("out", data.frame(time = f$time, p = f$pstate[, 2], d = f$pstate[, 3],
  sp = f$std.err[, 2], sd = f$std.err[, 3]))
""")
    data, out = found["data"], found["out"]
    ended = data["k"].str.strip() != "none"
    causes = data["k"].str.strip().where(ended)
    curves = aalen_johansen(data["t"], ended, causes, order=["pcm", "death"])
    at = out["time"].to_numpy(int)
    for row, name in enumerate(("p", "d")):
        assert np.abs(curves.incidence[row][at] - out[name]).max() < 1e-10
        error = curves.se[row][at]
        assert np.abs(error - out[f"s{name}"]).max() < 0.02 * error.max()


def test_left_truncation() -> None:
    """Heart transplants: patients enter the transplanted group when they get a heart."""
    found = from_r("""
d <- subset(heart, transplant == 1); d$start <- floor(d$start); d$stop <- floor(d$stop)
d <- subset(d, stop > start)
show("data", d[, c("start", "stop", "event")])
f <- survfit(Surv(start, stop, event) ~ 1, d)
show("out", data.frame(time = f$time, s = f$surv, risk = f$n.risk))
""")
    data, out = found["data"], found["out"]
    curve = kaplan_meier(data["stop"], data["event"], entry=data["start"])
    out = out[(out["risk"] > 0) & out["time"].isin(data["stop"])]
    assert np.abs(curve.survival[out["time"].to_numpy(int)] - out["s"]).max() < 1e-12
