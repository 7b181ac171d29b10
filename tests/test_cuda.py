"""``engine=cuda``: the rules as they stand on a card, as far as that can be told without one.

Numba-CUDA's simulator runs the kernel in the interpreter; its compiler makes PTX of it. Both need
no card, and are skipped where Numba-CUDA (or NVIDIA's compiler) cannot be had.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.following import follow
from sim.config import EngineKind
from sim.futures import Futures, Run
from sim.negotiation.tables import desk_record, order_pages
from sim.records import Daily
from sim.study import cuda, evaluate, plan, runner
from sim.study.cells import Cell, load_cell
from sim.study.engines import workers_of
from sim.study.errors import EngineError
from sim.study.runner import blocks, run

ROOT = Path(__file__).resolve().parent.parent
NO_NUMBA_CUDA = pytest.mark.skipif(
    find_spec("numba_cuda") is None, reason="Numba-CUDA is not installed (make test-slow does)"
)
WORDS = ["replicates=10", "horizon=40", "engine.watched=2"]  # 8 futures are for the card
SCENARIOS = (
    ["baseline"],
    ["verified_guarantees", "parameters=accepted"],
    ["no_mediators", "ceasefire.renewable=true", "seed=7"],
)


def of_card(*words: str) -> Cell:
    return load_cell("baseline", ["horizon=20", "engine=cuda", *words])


def process(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip


# --- what is computed where -----------------------------------------------------------------------


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """A card that is this processor; it tells which futures it was given: (first, number)."""
    given_to_it: list[tuple[int, int]] = []

    def lived(futures: Futures, horizon: int, daily: Daily | None = None) -> Run:
        given_to_it.append((int(futures.records["replicate"][0]), len(futures.records)))
        return futures.run(horizon, daily)

    monkeypatch.setattr(runner, "run_on_device", lived)
    monkeypatch.setattr(runner, "most_at_once", lambda: 40)
    return given_to_it


def test_a_card_takes_all_but_the_watched_in_blocks_that_it_can_hold(card):
    cell = of_card("replicates=130", "engine.watched=50")
    found = run(cell)
    assert sorted(card) == [(50, 40), (90, 40)]
    same = run(load_cell("baseline", ["horizon=20", "replicates=130", "engine.watched=50"]))
    assert all(table.equals(same.tables[name]) for name, table in found.tables.items())


def test_a_block_of_ones_own_size_is_honoured(card):
    list(blocks(of_card("replicates=30", "engine.watched=0", "engine.block=10")))
    assert sorted(card) == [(0, 10), (10, 10), (20, 10)]


def no_card() -> int:
    raise EngineError("there is no card")


def test_a_cell_that_is_watched_as_a_whole_needs_no_card(card, monkeypatch):
    monkeypatch.setattr(runner, "most_at_once", no_card)
    run(of_card("replicates=20", "engine.watched=50"))
    assert card == []


def test_what_a_plan_measures_and_what_follows_the_record_needs_no_card(card, monkeypatch):
    monkeypatch.setattr(runner, "most_at_once", no_card)
    seconds, size = plan._probe(of_card("replicates=4000", "engine.watched=0"))
    assert min(seconds, size) > 0
    assert runner.on_processors(of_card()).settings.engine.kind is EngineKind.threads
    follow(load_cell("baseline", ["replicates=2000", "engine=cuda", "engine.watched=0"]), 2)
    assert card == []


def test_a_design_without_a_card_fails_as_a_whole(monkeypatch, tmp_path):
    monkeypatch.setattr(evaluate, "most_at_once", no_card)
    with pytest.raises(EngineError, match="there is no card"):
        evaluate.evaluate(of_card("replicates=20"), [{"pakistan.trust": 0.2}], tmp_path)


def test_points_of_a_design_are_computed_on_the_card(card):
    cell = of_card("replicates=20", "engine.watched=0")
    assert evaluate._alone(cell).settings.engine.kind is EngineKind.cuda
    serial = load_cell("baseline", ["engine=threads"])
    assert evaluate._alone(serial).settings.engine.kind is EngineKind.serial


def test_one_block_is_packed_while_the_next_is_on_the_card():
    assert workers_of(of_card("replicates=20").settings.engine) == 2


# --- what cannot be -------------------------------------------------------------------------------


def test_without_numba_cuda_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba_cuda", None)
    with pytest.raises(EngineError, match=r"engine=cuda needs Numba-CUDA: .*'numba-cuda\[cu12\]"):
        cuda.Device()


def test_a_tactic_of_ones_own_is_refused_before_anything_is_simulated(card):
    words = ["pakistan.tactic=custom", "pakistan.tactic.tactic=sim.negotiation.own:steady"]
    cell = of_card("replicates=20", *words)
    with pytest.raises(EngineError, match=r"cannot run the tactic sim\.negotiation\.own:steady"):
        list(blocks(cell))
    assert card == []
    futures = Futures.begun(cell.scenario, 5, 1)
    with pytest.raises(EngineError, match=r"cannot run the tactic sim\.negotiation\.own:steady"):
        cuda.run_on_device(futures, 5)  # so do points of a sensitivity study


class Sent:
    """What was sent to a device that is none."""

    def __init__(self, array: Any) -> None:
        self.array = np.array(array)

    def __getitem__(self, at: Any) -> Sent:
        return Sent(self.array[at])

    def __len__(self) -> int:
        return len(self.array)

    def copy_to_device(self, array: Any) -> None:
        pass

    def copy_to_host(self, array: Any = None) -> Any:
        return self.array.copy()


class Broken(defaultdict[Any, Any]):
    """A kernel that does nothing, or fails."""

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__(lambda: self.launch)
        self.failure = failure

    def launch(self, *given: Any) -> None:
        if self.failure is not None:
            raise self.failure


def lived_on(monkeypatch: pytest.MonkeyPatch, kernel: Broken) -> None:
    memory = SimpleNamespace(get_memory_info=lambda: SimpleNamespace(free=1e9))
    device = object.__new__(cuda.Device)
    device.live, device.seconds, device._desks, device._held = kernel, 0.0, None, None
    device.cuda = SimpleNamespace(
        to_device=Sent, device_array=lambda size, record: Sent(np.zeros(size, record)),
        current_context=lambda: memory, get_current_device=lambda: None,
    )  # fmt: skip
    monkeypatch.setattr(cuda, "_made", lambda: device)
    cuda.run_on_device(Futures.begun(load_cell("baseline").scenario, 20, 1), 5)


def test_a_worker_that_does_not_come_on_is_not_waited_for(monkeypatch):
    with pytest.raises(EngineError, match="a rule raised on the card"):
        lived_on(monkeypatch, Broken())


def test_what_fails_on_the_card_is_a_sentence_and_what_fails_here_is_not_hidden(monkeypatch):
    failure = type("CUDAError", (Exception,), {})("OUT_OF_MEMORY\nand more")
    with pytest.raises(EngineError, match=r"given up by the card \(OUT_OF_MEMORY\); a smaller"):
        lived_on(monkeypatch, Broken(failure))
    with pytest.raises(ZeroDivisionError):
        lived_on(monkeypatch, Broken(ZeroDivisionError()))


@NO_NUMBA_CUDA
@pytest.mark.slow
def test_without_a_card_one_sentence_says_so_and_nothing_is_written(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sim", "replicates=300", "engine=cuda", "hydra.run.dir=cell"],
        cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    if done.returncode == 0:
        pytest.skip("there is a card")
    assert "Traceback" not in done.stderr
    (said,) = [line for line in done.stderr.splitlines() if line.startswith("ceasefire: ")]
    assert "engine=cuda finds no NVIDIA card" in said
    assert not list(tmp_path.glob("cell/*.parquet"))


# --- the rules on the card ------------------------------------------------------------------------

SIMULATED = f"""
from sim.study.cells import load_cell
from sim.study.cuda import device
from sim.study.runner import run
for name, *words in {SCENARIOS!r}:
    found = run(load_cell(name, [*words, *{WORDS!r}, "engine=cuda"]))
    here = run(load_cell(name, [*words, *{WORDS!r}, "engine=serial"]))
    for table in found.tables:
        assert found.tables[table].equals(here.tables[table]), (name, table)
        print(name, table, found.tables[table].num_rows)
assert device().seconds > 0.0
"""


@NO_NUMBA_CUDA
@pytest.mark.slow
def test_the_simulated_card_gives_the_processors_futures():
    """Every table of three scenarios is equal; the second has many parameter sets, the third
    ceasefires that are renewed. Simulator and processor are interpreted, so digits agree, too."""
    done = process(SIMULATED, NUMBA_ENABLE_CUDASIM="1", NUMBA_DISABLE_JIT="1")
    assert done.returncode == 0, done.stderr
    told = [line.rsplit(" ", 2) for line in done.stdout.splitlines()]
    assert {name for name, *_ in told} == {name for name, *_ in SCENARIOS}
    assert {int(rows) for _, table, rows in told if table == "runs"} == {10}


COMPILED = """
import numba.cuda.dispatcher as dispatcher
from numba.cuda import types
from numba.cuda.compiler import compile_cuda, kernel_fixup
from numba.cuda.np.numpy_support import from_dtype
from sim.negotiation.tables import desk_record
from sim.parameters import PARAMETERS
from sim.rules.run import SPELL
from sim.state import FUTURE
from sim.study.cuda import ROOMS, TABLES
from sim.study.kernel import live, live_block

class Card:
    compute_capability = (9, 0)

dispatcher.get_current_device = lambda: Card  # device functions ask the card that is there
def records(dtype):
    return types.Array(from_dtype(dtype), 1, "C")
whole, real = types.int64[::1], types.float64[::1]
takes = (
    records(FUTURE), whole, whole, whole, records(PARAMETERS),
    records(desk_record(ROOMS[0], TABLES, 1)), types.int64, types.int32[:, :, ::1], whole, whole,
    whole, real, real, records(FUTURE), records(SPELL), whole,
)
chosen = live.targetoptions
made = compile_cuda(  # as the dispatcher does before it asks the card to load it
    live_block, types.void, takes, cc=Card.compute_capability, lto=chosen["lto"],
    fastmath=chosen["fastmath"], nvvm_options={"fastmath": chosen["fastmath"], "opt": 3},
)
kernel_fixup(made.library.get_function(made.fndesc.llvm_func_name), False)
print(made.library.get_asm_str(Card.compute_capability))
"""


@NO_NUMBA_CUDA
@pytest.mark.slow
def test_the_real_compiler_takes_every_rule_as_it_stands():
    done = process(COMPILED)
    if "Nvvm" in done.stderr and "cannot be found" in done.stderr:
        pytest.skip("NVIDIA's compiler is not installed (make test-slow does, where it can be had)")
    assert done.returncode == 0, done.stderr[-2_000:]
    assert ".visible .entry" in done.stdout
    assert ".target sm_90" in done.stdout
    assert re.search(r"\bmul\.rn\.f64\b", done.stdout)
    assert not re.search(r"\bmul\.f64\b", done.stdout)  # it could be fused with a sum, and is not
    assert "atom.global.add" in done.stdout or "red.global.add" in done.stdout  # shared counts


# --- what the rules needed for it -----------------------------------------------------------------


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40))
def test_pages_are_ordered_as_a_stable_sort_orders_them(worths):
    table = np.zeros(1, desk_record(64, 1, 1)["tables"].base).view(np.recarray)[0]
    table.pages = len(worths)
    table.best_reckoned[0, : len(worths)] = worths
    order_pages(table, 0)
    expected = sorted(range(len(worths)), key=lambda page: (-worths[page], page))
    assert table.order[1, : len(worths)].tolist() == expected
