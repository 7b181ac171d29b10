"""Which inputs carry the variance of an output, from draws that are there anyway (given data).

Knows inputs and an output, draw by draw; nothing of a model or a design. The first-order index of
an input is the variance of the output's mean within slices of that input, as a share of a variance
(Pearson's correlation ratio; Plischke, Borgonovo & Smith 2013, European Journal of Operational
Research 226, 536-550). Slices hold few draws, so their means vary by what else varies: that much is
taken off as in an analysis of variance, and what chance still shows in the largest of all indices
is found by permutation. Interactions are not seen: indices of an output that is only an interaction
are all near 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.analysis.sample import FloatArray, IntArray, SurvivalInputError

PERMUTATIONS = 500
LEAST = 16
"""Draws with which indices are given at all."""


class FirstOrder(NamedTuple):
    """First-order indices (inputs,), and the bound that the largest stays below by chance alone."""

    indices: FloatArray
    bound: float


def first_order(
    inputs: FloatArray, output: FloatArray, variance: float | None = None, level: float = 0.95,
    seed: int = 0,
) -> FirstOrder:  # fmt: skip
    """Estimate the first-order index of every input.

    Parameters
    ----------
    inputs : (draws, inputs)
    output : (draws,)
    variance : of which indices are shares, such as the output's without its error; that of
        ``output`` if not given
    level : chance with which all indices stay below the bound if no input matters
    seed : of the permutations

    Raises
    ------
    SurvivalInputError
        If there are fewer than 16 draws, or nothing varies.
    """
    draws = output.size
    if draws < LEAST:
        raise SurvivalInputError(f"{draws} draws are too few for indices; at least {LEAST}")
    about = output - output.mean()
    whole = float(about @ about)
    of = whole / draws if variance is None else variance
    if not of > 0:
        raise SurvivalInputError("the output does not vary; there is nothing to explain")
    slices = [_slices(column) for column in inputs.T]
    first = np.cumsum([0, *(one.max() + 1 for one in slices)])
    member = np.zeros((first[-1], draws), dtype=np.float32)
    for start, one in zip(first, slices, strict=False):
        member[start + one, np.arange(draws)] = 1
    sizes, degrees = member.sum(axis=1), np.diff(first) - 1.0

    def carried(columns: FloatArray) -> FloatArray:
        """Variance carried by each input, (inputs, columns), of outputs about their mean."""
        squares = (member @ columns.astype(np.float32)).astype(float) ** 2 / sizes[:, None]
        between = np.add.reduceat(squares, first[:-1], axis=0)
        residual = (whole - between) / (draws - 1 - degrees)[:, None]
        found: FloatArray = (between - degrees[:, None] * residual) / draws
        return found

    rng = np.random.default_rng(seed)
    shuffled = np.column_stack([rng.permutation(about) for _ in range(PERMUTATIONS)])
    largest = carried(shuffled).max(axis=0)
    index = carried(about[:, None])[:, 0] / of
    return FirstOrder(index, float(np.quantile(largest, level)) / of)


def _slices(column: FloatArray) -> IntArray:
    """The slice of each draw: of equally many draws, equal values together."""
    from scipy.stats import rankdata  # loads for half a second

    count = max(2, round(column.size ** (1 / 3)))
    ranks = (rankdata(column) - 0.5) / column.size
    _, found = np.unique((ranks * count).astype(int), return_inverse=True)
    return found
