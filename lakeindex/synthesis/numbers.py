"""Variants of numbers: separators, currencies, rounding, other units, measurement noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Floats
from lakeindex.arrays.text_numbers import floats_of
from lakeindex.synthesis.corruption import Corruption, pick, replace
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.matches import JoinKind

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts


_THOUSANDS = r"^([+-]?\d+)(\d{3})((?:,\d{3})*(?:\.\d+)?)$"
_SIGNS = ("${}", "€{}", "{} €", "{} USD", "£{}", "{}%", "{} kg", "{} km", "{} cm", "{} min")
UNITS = (2.54, 1 / 2.54, 0.45359237, 1.609344, 0.3048, 1000.0, 0.001, 100.0, 0.01, 60.0, 1.1)
_NOISE = 0.02
_DIGITS = 6


def group_digits(texts: Texts, rng: np.random.Generator) -> Texts:
    """Group digits by thousands: `1234567.5` becomes `1,234,567.5`, or `1.234.567,5`."""
    for _ in range(6):
        texts = replace(texts, _THOUSANDS, r"\1,\2\3")
    return _with_comma(texts) if pick(rng, 2) else texts


def decimal_comma(texts: Texts, rng: np.random.Generator) -> Texts:
    """Replace the decimal point by a comma."""
    return replace(texts, r"^([+-]?\d*)\.(\d+)$", r"\1,\2")


def add_unit(texts: Texts, rng: np.random.Generator) -> Texts:
    """Add the same currency or unit to every number."""
    before, after = _SIGNS[pick(rng, len(_SIGNS))].split("{}")
    return replace(texts, r"^([+-]?[\d.]+)$", rf"{before}\1{after}")


def fill_decimals(texts: Texts, rng: np.random.Generator) -> Texts:
    """Write whole numbers with zero decimals."""
    return replace(texts, r"^([+-]?\d+)$", r"\1." + "0" * (1 + pick(rng, 2)))


def round_off(texts: Texts, rng: np.random.Generator) -> Texts:
    """Keep one to three significant digits."""
    digits = 1 + pick(rng, 3)
    return _computed(texts, lambda numbers: _rounded(numbers, digits))


def convert(texts: Texts, rng: np.random.Generator) -> Texts:
    """Convert to another unit."""
    factor = UNITS[pick(rng, len(UNITS))]
    return _computed(texts, lambda numbers: _rounded(numbers * factor, _DIGITS))


def measure_again(texts: Texts, rng: np.random.Generator) -> Texts:
    """Add measurement noise to each number."""
    return _computed(texts, lambda numbers: _rounded(numbers * rng.normal(1, _NOISE, len(numbers)), 4))


def _with_comma(texts: Texts) -> Texts:
    swapped = pc.replace_substring(pc.replace_substring(texts, ",", "\x00"), ".", ",")
    return pc.replace_substring(swapped, "\x00", ".")


def _rounded(numbers: Floats, digits: int) -> Floats:
    """Round to a number of significant digits."""
    sizes = np.floor(np.log10(np.abs(numbers), out=np.zeros_like(numbers), where=numbers != 0))
    scale = 10.0 ** (digits - 1 - sizes)
    return np.round(numbers * scale) / scale


def _computed(texts: Texts, compute: Callable[[Floats], Floats]) -> Texts:
    """Apply a computation to the texts that are numbers; leave those that are none, or whose result is none."""
    numbers = floats_of(texts)
    is_number = ~np.isnan(numbers)
    with np.errstate(over="ignore", invalid="ignore"):
        computed = compute(numbers[is_number])
    is_number[is_number] = np.isfinite(computed)
    written: Any = pa.array(computed[np.isfinite(computed)]).cast(pa.large_string())
    replaced: Texts = pc.replace_with_mask(texts, pa.array(is_number), written)
    return replaced


_WHOLE = frozenset({ValueShape.INTEGER, ValueShape.SERIAL})
_MEASURED = frozenset({ValueShape.INTEGER, ValueShape.DECIMAL})

NUMBER_VARIANTS = (
    Corruption("thousands separators", _MEASURED, JoinKind.TRANSFORM, group_digits),
    Corruption("decimal comma", frozenset({ValueShape.DECIMAL}), JoinKind.TRANSFORM, decimal_comma),
    Corruption("currency or unit", _MEASURED, JoinKind.TRANSFORM, add_unit),
    Corruption("zero decimals", _WHOLE, JoinKind.EQUI, fill_decimals),
    Corruption("rounded", frozenset({ValueShape.DECIMAL}), JoinKind.NUMERIC, round_off),
    Corruption("another unit", frozenset({ValueShape.DECIMAL}), JoinKind.NUMERIC, convert),
    Corruption("measured again", frozenset({ValueShape.DECIMAL}), JoinKind.NUMERIC, measure_again),
)
