"""How often two tuples of one thing differ in an attribute: as often as in the pairs that surely match.

Sources have ways of their own: one leaves out what another always says, or writes it differently. Copies that differ as
little as by a careless hand would be too good a match for tuples of such sources.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags
from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.link.perturbation import NoiseRates
from lakeindex.integrate.link.tuples import AttributeValues, Tuples

USUAL = NoiseRates(missing=0.05, changed=0.2)
"""Where nothing is known."""
_PRIOR = 20.0
"""As many pairs the usual rates count for."""
_MOST = NoiseRates(missing=0.8, changed=0.95)


def noise_rates(tuples: Tuples, sure: Pairs) -> tuple[NoiseRates, ...]:
    """Return the rates of each attribute, as they are in pairs of tuples that surely match."""
    return tuple(_rates(one, sure) for one in tuples.attributes)


def _rates(values: AttributeValues, sure: Pairs) -> NoiseRates:
    """Return the means of the posterior: beta-binomial, the usual rates before."""
    is_present = values.is_present
    left, right = is_present[sure.left], is_present[sure.right]
    differ = _differ(values, sure)[left & right]
    missing = _share(left != right, USUAL.missing)
    return NoiseRates(min(missing, _MOST.missing), min(_share(differ, USUAL.changed), _MOST.changed))


def _share(events: Flags, usual: float) -> float:
    return float((_PRIOR * usual + events.sum()) / (_PRIOR + len(events)))


def _differ(values: AttributeValues, sure: Pairs) -> Flags:
    places: list[Any] = [pa.array(ends) for ends in (sure.left, sure.right)]
    sides: list[Any] = [values.keys.take(ends) for ends in places]
    differ: Flags = np.asarray(pc.not_equal(*sides).to_numpy(zero_copy_only=False), bool)
    return differ
