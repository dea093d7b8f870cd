"""The explanation of a pair: what each attribute adds to its log-odds, as Splink's waterfall shows it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.integrate.link.comparison import WHOLE, Comparison
from lakeindex.integrate.link.scoring import ScoredPairs
from lakeindex.integrate.link.tuples import AttributeValues, Tuples

_TEXTS = ("attribute", "left", "right", "agreement")
_LOG_ODDS: pa.Field[Any] = pa.field("log_odds", pa.float64())
EXPLANATION_SCHEMA = pa.schema([*(pa.field(name, pa.string()) for name in _TEXTS), _LOG_ODDS])
START, COMPETITION, ROW = "any pair", "competition of other rows", "the rows as a whole"


_Line = tuple[str, str | None, str | None, str, float]


def explain_pair(tuples: Tuples, comparison: Comparison, scored: ScoredPairs, place: int) -> pa.Table:
    """Return the parts of a pair's log-odds, which sum up to it, as EXPLANATION_SCHEMA."""
    scale = float(scored.competition.weights[0])
    products = scale * scored.agreement.weights * comparison.features[place]
    owners = np.array(comparison.attributes)
    parts = {name: float(products[owners == name].sum()) for name in dict.fromkeys(comparison.attributes)}
    start = scale * scored.agreement.bias + scored.competition.bias
    rest = float(scored.log_odds[place]) - start - sum(parts.values())
    ends = int(scored.pairs.left[place]), int(scored.pairs.right[place])
    lines: list[_Line] = [(START, None, None, "", start)]
    lines += [_line(one, ends, parts[one.name]) for one in tuples.attributes]
    lines += [(ROW, None, None, "", parts[WHOLE]), (COMPETITION, None, None, "", rest)]
    columns = zip(*lines, strict=True)
    return pa.table(
        [pa.array(one, kind.type) for one, kind in zip(columns, EXPLANATION_SCHEMA, strict=True)],
        schema=EXPLANATION_SCHEMA,
    )


def _line(values: AttributeValues, ends: tuple[int, int], part: float) -> _Line:
    left, right = (values.as_written[end].as_py() or None for end in ends)
    return values.name, left, right, "missing" if left is None or right is None else _agreement(values, ends), part


def _agreement(values: AttributeValues, ends: tuple[int, int]) -> str:
    if values.keys[ends[0]] != values.keys[ends[1]]:
        return "different"
    is_replaced = [values.texts[end] != values.as_written[end] for end in ends]
    return "equal" if is_replaced[0] == is_replaced[1] else "equivalent"
