"""Find the transformation that joins two columns, from their values alone (Auto-Join; Zhu et al., VLDB 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Flags
from lakeindex.errors import LakeIndexError
from lakeindex.join.condition import MAPPING_SCHEMA
from lakeindex.join.transform.candidates import candidate_pairs
from lakeindex.join.transform.casing import in_case_of
from lakeindex.join.transform.cover import Basis, Chosen, Proposed, Sample, choose
from lakeindex.join.transform.program import IDENTITY, Program
from lakeindex.join.transform.propose import common_texts, proposals, typed_proposals
from lakeindex.join.transform.transformation import Transformation
from lakeindex.join.transform.two_columns import Outcome, TwoColumns

_SAMPLE = 300
_EACH = 3
_EXPLAINED = 150
_LEAST_COVERAGE = 0.25
_LEAST_PRECISION = 0.6
_ALL = 0.95
_ONTO = 0.8
"""The precision of a program that maps all of one side to all of the other, where chance would do so, too: a guess."""
_SAME_RANGE = 0.95
"""The precision of a program that takes whole numbers out of values, of which the other side has nearly all."""
_SHARE_LEFT_OVER = 0.05


def find_transformation(left: pa.Array[Any], right: pa.Array[Any]) -> Transformation | None:
    """Find the programs that turn values of one column into values of the other, without labels.

    Takes columns of any type and length, repeats and nulls included; values are compared as trimmed, lower-case
    texts. Both directions are tried. None where no program explains a real share of either column beyond chance, or
    where the values match as they are. Raises LakeIndexError when their values don't fit into a gigabyte.
    """
    try:
        with TwoColumns(left, right) as columns:
            found = [one for one in (_of_side(columns, True), _of_side(columns, False)) if one is not None]
    except duckdb.OutOfMemoryException as error:
        raise LakeIndexError(f"columns of {len(left)} and {len(right)} rows are too large to compare here") from error
    return max(found, key=_worth, default=None)


def _worth(transformation: Transformation) -> tuple[float, float]:
    size = sum(program.size for program in transformation.programs)
    # Differences below a hundredth don't count: then the simpler one is better.
    return round(transformation.matched * transformation.precision, 2), -size


def _of_side(columns: TwoColumns, is_of_left: bool) -> Transformation | None:
    # Only values that don't match as they are need a program; but their partners may be any values.
    values, others = columns.unmet(is_of_left), columns.texts(not is_of_left)
    count = columns.count(is_of_left)
    if len(others) == 0 or len(values) < max(1, _SHARE_LEFT_OVER * count):
        return None
    pairs, drawn = _pairs(values, others)
    sample = Sample(drawn, columns.keys(not is_of_left))
    chosen = choose(_proposed(pairs, drawn), sample)
    if not chosen:
        return None
    programs: list[Program] = [in_case_of(one.program, pairs) for one in chosen]
    if len(values) <= (1 - _SHARE_LEFT_OVER) * count:
        programs.insert(0, IDENTITY)
    outcome = columns.outcome(programs, is_of_left)
    is_onto = any(one.basis is Basis.ONTO for one in chosen)
    if is_onto:
        precision = _ONTO if min(outcome.coverage, outcome.other_coverage) >= _ALL else 0.0
    else:
        precision = _precision(outcome, programs, chosen)
    if max(outcome.coverage, outcome.other_coverage) < _LEAST_COVERAGE or precision < _LEAST_PRECISION:
        return None
    matched = outcome.coverage if is_of_left else outcome.other_coverage
    probabilities = pa.array(np.full(len(outcome.pairs), precision))
    pairs_met = outcome.pairs.set_column(2, MAPPING_SCHEMA.field(2), probabilities)
    held_out = sum(one.evidence.hits for one in chosen)
    return Transformation(
        tuple(programs), is_of_left, outcome.coverage, precision, matched, pairs_met, 0 if is_onto else held_out
    )


def _proposed(pairs: Sequence[tuple[str, str]], drawn: Sequence[str]) -> Proposed:
    """Propose programs from each half of the pairs: the values of the other half were held out from them."""
    halves = {value: number % 2 for number, value in enumerate(dict.fromkeys(value for value, _ in pairs))}
    half_of = np.array([halves.get(value, -1) for value in drawn], np.int64)
    held_out: dict[Program, Flags] = {one: np.ones(len(drawn), bool) for one in typed_proposals(drawn)}
    for half in (0, 1):
        seen = [pair for pair in pairs if halves[pair[0]] == half]
        for program in proposals(seen, common_texts([target for _, target in seen])):
            held_out[program] = held_out.get(program, False) | (half_of != half)
    return Proposed(tuple(held_out), np.array(list(held_out.values()), bool).reshape(len(held_out), len(drawn)))


def _pairs(values: pa.Array[Any], others: pa.Array[Any]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return pairs of likely partners, (value, other), and a sample of the values that contains theirs."""
    rng = np.random.default_rng(0)
    if len(values) <= len(others):
        rows = _drawn(rng, len(values))
        drawn, found = candidate_pairs(values.take(pa.array(rows)), others, _EACH)
        ours, theirs = rows[drawn], found
    else:
        rows = _drawn(rng, len(others))
        drawn, found = candidate_pairs(others.take(pa.array(rows)), values, _EACH)
        ours, theirs = found, rows[drawn]
    ours, theirs = ours[:_EXPLAINED], theirs[:_EXPLAINED]
    pairs = list(zip(_texts(values, ours), _texts(others, theirs), strict=True))
    sampled = np.unique(np.concatenate([ours, _drawn(rng, len(values))[: _SAMPLE - len(np.unique(ours))]]))
    return pairs, list(_texts(values, sampled))


def _drawn(rng: np.random.Generator, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.sort(rng.choice(count, min(_SAMPLE, count), replace=False)).astype(np.int64)


def _texts(values: pa.Array[Any], rows: np.ndarray[Any, np.dtype[np.int64]]) -> Sequence[str]:
    texts: list[Any] = values.take(pa.array(rows)).to_pylist()
    return texts


def _precision(outcome: Outcome, programs: Sequence[Program], chosen: Sequence[Chosen]) -> float:
    """Bound the share of pairs that are right: beyond chance, and neither ambiguous nor disputed by a program.

    The share of values that a program hits is taken as low as the values that were held out from it allow.
    """
    of_program = dict(enumerate(chosen, len(programs) - len(chosen)))
    right = 0.0
    for number, (applied, hits) in enumerate(outcome.counts):
        one = of_program.get(number)
        right += hits * (1.0 if one is None else _share_right(one, hits / applied if applied else 0.0))
    met = sum(hits for _, hits in outcome.counts)
    return right / max(met, 1) * (1 - outcome.ambiguity) * (1 - outcome.disagreement / 2)


def _share_right(chosen: Chosen, rate: float) -> float:
    if chosen.basis is Basis.SAME_RANGE:
        return _SAME_RANGE
    return chosen.evidence.precision_at(chosen.evidence.at_least(rate))
