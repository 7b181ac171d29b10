"""Mutation testing: change one thing in a rule, and see whether the tests notice.

    python tests/mutants.py sim/rules --tests tests/rules --sample 300 -n 2

A mutant is the package with one comparison, sign, factor, side, constant, condition or statement
changed. For each, the test files named run in the interpreter (nothing is compiled), in a copy of
the project, first the file ``test_<module>.py`` of the module that was changed. A mutant dies when
a test fails. Those that no test noticed are listed: each is a test that is missing, or a change
that makes no difference.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns(
    ".*", "__pycache__", "build", "dist", "outputs", "multirun", "docs", "lessons", "benchmarks",
    "classroom",
)  # fmt: skip
# Loaded once, before processes are forked; of the project itself nothing may be loaded here.
LIBRARIES = ("numpy", "numba", "scipy.stats", "pandas", "pydantic", "hypothesis", "yaml", "mesa",
             "hydra", "pyarrow.parquet", "pytest", "_pytest.assertion.rewrite")  # fmt: skip
KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"

# --- what is changed ------------------------------------------------------------------------------

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
# Names of sides, for which the other side may stand, and names of what belongs to a side.
SIDES = ("side", "other", "injured", "speaker", "hearer", "initiator")
TWINS = {"first": "second", "by_first": "by_second"}
TWINS |= {other: one for one, other in TWINS.items()}


@dataclass(frozen=True)
class Mutant:
    """One change of one file: the text from ``start`` to ``end`` is replaced."""

    file: Path
    line: int
    start: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        source = self.file.read_bytes()
        begin, end = source.rfind(b"\n", 0, self.start) + 1, source.find(b"\n", self.end)
        around = source[begin : self.start].decode(), source[self.end : end].decode()
        was, now = (" ".join(text.join(around).split()) for text in (self.before, self.after))
        return f"{self.file.relative_to(ROOT)}:{self.line}: {was}  ->  {now}"

    def applied(self) -> str:
        """The file's text with the change."""
        source = self.file.read_bytes()
        return (source[: self.start] + self.after.encode() + source[self.end :]).decode()


def mutants(file: Path) -> list[Mutant]:
    """All mutants of a file, in the order of its text."""
    source = file.read_bytes()
    begins = [0]
    for line in source.splitlines(keepends=True):
        begins.append(begins[-1] + len(line))
    made = set()
    for node, after in changes(ast.parse(source)):
        start = begins[node.lineno - 1] + node.col_offset
        end = begins[node.end_lineno - 1] + node.end_col_offset
        before = source[start:end].decode()
        if after != before:
            made.add(Mutant(file, node.lineno, start, end, before, after))
    return sorted(made, key=lambda mutant: (mutant.start, mutant.end, mutant.after))


def changes(tree: ast.Module) -> Iterator[tuple[Any, str]]:
    """Every node of the bodies of functions that may be changed, with what stands for it then."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        names |= {argument.arg for argument in function.args.args}
        records = {id(x.value) for x in ast.walk(function) if isinstance(x, ast.Attribute)}
        for node in (node for statement in function.body for node in ast.walk(statement)):
            for after in (*of_statement(node), *of_expression(node)):
                yield node, after
            if isinstance(node, ast.If | ast.While | ast.IfExp):
                yield node.test, f"(not ({ast.unparse(node.test)}))"
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                if node.id in SIDES and id(node) not in records:
                    yield node, f"(1 - {node.id})"
                if TWINS.get(node.id) in names:
                    yield node, TWINS[node.id]


def of_statement(node: ast.AST) -> Iterator[str]:
    """Leave a statement out, turn what is added into what is taken away or put in its place."""
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    named = isinstance(node, ast.Assign) and any(
        isinstance(inner, ast.Name) for target in node.targets for inner in unpacked(target)
    )
    may_go = (ast.Expr, ast.Assign, ast.AugAssign, ast.Continue, ast.Raise)
    if isinstance(node, may_go) and not docstring and not named:
        yield "pass"
    if isinstance(node, ast.Return) and node.value is None:
        yield "pass"
    if isinstance(node, ast.AugAssign):
        yield f"{ast.unparse(node.target)} = {ast.unparse(node.value)}"
        if type(node.op) in OPERATORS:
            changed = ast.AugAssign(node.target, OPERATORS[type(node.op)](), node.value)
            yield ast.unparse(changed)


def unpacked(target: ast.expr) -> list[ast.expr]:
    """The single targets of an assignment."""
    return list(target.elts) if isinstance(target, ast.Tuple) else [target]


def of_expression(node: ast.AST) -> Iterator[str]:
    """What may stand for an expression instead."""
    if isinstance(node, ast.Compare):
        yield from of_comparison(node)
    elif isinstance(node, ast.BinOp):
        yield from of_operation(node)
    elif isinstance(node, ast.BoolOp):
        yield from of_condition(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.IfExp):
        yield f"({ast.unparse(node.body)})"
        yield f"({ast.unparse(node.orelse)})"
    elif isinstance(node, ast.Constant):
        yield from of_constant(node.value)
    elif isinstance(node, ast.Call):
        yield from of_call(node)


def of_comparison(node: ast.Compare) -> Iterator[str]:
    """Another comparison."""
    for k, operator in enumerate(node.ops):
        for other in COMPARISONS.get(type(operator), ()):
            operators = [*node.ops[:k], other(), *node.ops[k + 1 :]]
            yield f"({ast.unparse(ast.Compare(node.left, operators, node.comparators))})"


def of_operation(node: ast.BinOp) -> Iterator[str]:
    """Another operator, and each operand alone: one term or factor less."""
    if type(node.op) in OPERATORS:
        other = OPERATORS[type(node.op)]()
        yield f"({ast.unparse(ast.BinOp(node.left, other, node.right))})"
    yield f"({ast.unparse(node.left)})"
    yield f"({ast.unparse(node.right)})"


def of_condition(node: ast.BoolOp) -> Iterator[str]:
    """``or`` for ``and``, and one condition less."""
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield f"({ast.unparse(ast.BoolOp(other, node.values))})"
    for k in range(len(node.values)):
        left = [*node.values[:k], *node.values[k + 1 :]]
        yield f"({ast.unparse(left[0] if len(left) == 1 else ast.BoolOp(node.op, left))})"


def of_constant(value: object) -> Iterator[str]:
    """Half a number, one more than a whole one, the other side, the other truth."""
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, int):
        yield str(1 - value) if value in (0, 1) else str(value + 1)
    elif isinstance(value, float):
        yield repr(value / 2.0) if value else "1.0"


def of_call(node: ast.Call) -> Iterator[str]:
    """``max`` for ``min``, one of what they compare alone, a number itself for its function."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in ("min", "max"):
        other = "max" if name == "min" else "min"
        yield f"{other}({', '.join(map(ast.unparse, node.args))})"
        for argument in node.args:
            yield f"({ast.unparse(argument)})"
    if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "math":
        yield f"({ast.unparse(node.args[0])})"


# --- whether tests notice -------------------------------------------------------------------------


class FirstFailure:
    """A pytest plugin that remembers which test failed first."""

    def __init__(self) -> None:
        self.test = ""

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Remember a test that failed."""
        if report.failed and not self.test:
            self.test = report.nodeid

    def pytest_collectreport(self, report: Any) -> None:
        """Remember a file that cannot be imported."""
        if report.failed and not self.test:
            self.test = report.nodeid or "collection"


def run_tests(copy: Path, tests: Sequence[str], said: Any) -> None:
    """Run test files in a copy of the project; send the first that failed, "" if none did."""
    import pytest

    os.chdir(copy)
    sys.path[:] = [
        str(copy),
        str(copy / "tests"),
        *(x for x in sys.path if x != str(ROOT / "tests")),
    ]
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    first = FirstFailure()
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"]
    code = pytest.main([*options, *tests], plugins=[first])
    said.send(first.test or ("" if code == 0 else f"exit {int(code)}"))
    said.close()
    os._exit(0)


class Copy:
    """A copy of the project in which one mutant at a time is tested."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        self.mutant: Mutant | None = None
        self.process: Any = None
        self.answer: Any = None
        self.until = 0.0

    def start(self, mutant: Mutant | None, tests: Sequence[str], limit: float) -> None:
        """Change the copy, and begin to test it in a process of its own."""
        self.mutant, self.until = mutant, time.monotonic() + limit
        if mutant is not None:
            self._write(mutant.file, mutant.applied())
        self.answer, theirs = multiprocessing.Pipe(duplex=False)
        context = multiprocessing.get_context("fork")
        self.process = context.Process(target=run_tests, args=(self.path, tests, theirs))
        self.process.start()
        theirs.close()

    def finish(self) -> tuple[str, str]:
        """What came of it, and the test that failed first."""
        late = time.monotonic() >= self.until and not self.answer.poll()
        if late:
            self.process.kill()
        try:
            failed = "" if late else self.answer.recv()
        except EOFError:
            failed = "the process ended"
        self.process.join()
        if self.mutant is not None:
            self._write(self.mutant.file, self.mutant.file.read_text())
        return (TIMED_OUT if late else KILLED if failed else SURVIVED), failed

    def _write(self, file: Path, text: str) -> None:
        """Write a source file, of which no compiled form may be left."""
        target = self.path / file.relative_to(ROOT)
        target.write_text(text)
        for compiled in (target.parent / "__pycache__").glob(f"{target.stem}.*"):
            compiled.unlink()


def tests_of(mutant: Mutant, tests: Sequence[str]) -> list[str]:
    """Test files in the order in which they run: those of the module that was changed first."""
    files = []
    for name in tests:
        path = ROOT / name
        files += sorted(path.rglob("test_*.py")) if path.is_dir() else [path]
    own = f"test_{mutant.file.stem}.py"
    files.sort(key=lambda file: file.name != own)
    return [str(file.relative_to(ROOT)) for file in files]


def judge(
    chosen: Sequence[Mutant], tests: Sequence[str], processes: int, limit: float
) -> Iterator[tuple[Mutant, str, str]]:
    """Test mutants side by side; yield each with what came of it and the test that failed first."""
    waiting = list(reversed(chosen))
    with tempfile.TemporaryDirectory() as folder:
        copies = [Copy(Path(folder) / f"copy{k}") for k in range(min(processes, len(chosen)))]
        copies[0].start(None, tests_of(chosen[0], tests), 10 * limit)
        copies[0].process.join()
        result, failed = copies[0].finish()
        if result != SURVIVED:
            raise SystemExit(f"the tests do not pass without any change: {result} {failed}")
        sys.dont_write_bytecode = True
        busy: list[Copy] = []
        while waiting or busy:
            while waiting and len(busy) < len(copies):
                free = next(copy for copy in copies if copy not in busy)
                mutant = waiting.pop()
                free.start(mutant, tests_of(mutant, tests), limit)
                busy.append(free)
            left = max(min(copy.until for copy in busy) - time.monotonic(), 0.0)
            wait([copy.process.sentinel for copy in busy], timeout=left)
            for copy in list(busy):
                if not copy.process.is_alive() or time.monotonic() >= copy.until:
                    busy.remove(copy)
                    assert copy.mutant is not None
                    mutant = copy.mutant
                    yield mutant, *copy.finish()


def main(words: Sequence[str] | None = None) -> int:
    """Test mutants of some files; 1 if one survived."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sources", nargs="+", help="files and folders to change")
    parser.add_argument("--tests", nargs="+", required=True, help="test files and folders to run")
    parser.add_argument("--sample", type=int, help="how many mutants to take (all if not given)")
    parser.add_argument("--seed", type=int, default=2025, help="of the sample")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds a mutant may take")
    parser.add_argument("-v", action="store_true", help="say of each what came of it")
    parser.add_argument("-n", type=int, default=2, help="mutants tested side by side")
    chosen = parser.parse_args(words)
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    found = [mutant for source in chosen.sources for file in files_in(ROOT / source)
             for mutant in mutants(file)]  # fmt: skip
    sample = found
    if chosen.sample is not None and chosen.sample < len(found):
        sample = random.Random(chosen.seed).sample(found, chosen.sample)
    for library in LIBRARIES:
        importlib.import_module(library)
    results: list[tuple[Mutant, str, str]] = []
    for mutant, result, failed in judge(sample, chosen.tests, chosen.n, chosen.limit):
        results.append((mutant, result, failed))
        if chosen.v or result != KILLED:
            print(f"{len(results)}/{len(sample)} {result} {mutant}  {failed}", flush=True)
    report(results, len(found))
    return int(any(result == SURVIVED for _, result, _ in results))


def files_in(source: Path) -> list[Path]:
    """Python files of a folder, or the one file."""
    return sorted(source.rglob("*.py")) if source.is_dir() else [source]


def report(results: Sequence[tuple[Mutant, str, str]], known: int) -> None:
    """Print how many died, by whom, and which did not."""
    counts = Counter(result for _, result, _ in results)
    own = sum(Path(failed.split("::")[0]).name == f"test_{mutant.file.stem}.py"
              for mutant, result, failed in results if result == KILLED)  # fmt: skip
    died = counts[KILLED] + counts[TIMED_OUT]
    print(
        f"\n{len(results)} of {known} mutants: {died} died ({100 * died / len(results):.1f} %), "
        f"{own} of them by the module's own tests, {counts[TIMED_OUT]} by running on; "
        f"{counts[SURVIVED]} survived"
    )
    for mutant, result, _ in sorted(results, key=lambda row: (row[0].file, row[0].start)):
        if result == SURVIVED:
            print(f"  {mutant}")


if __name__ == "__main__":
    sys.exit(main())
