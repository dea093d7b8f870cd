from __future__ import annotations

import numpy as np

from lakeindex.integrate.align.nearest_units import Nearest

_UNITS = np.array(
    [
        [[1, 0], [0, 1]],
        [[1, 0], [0, 0]],
        [[0, 0], [0, 0]],
        [[0.6, 0.8], [-1, 0]],
    ],
    np.float32,
)
"""Four columns of up to two units."""


def test_each_unit_is_compared_with_the_nearest_one() -> None:
    found = Nearest.of(_UNITS, 0, np.array([1, 2, 3]))
    ahead, back = found.means()
    assert np.allclose(ahead, [0.5, 0.0, (0.6 + 0.8) / 2])
    assert np.allclose(back, [1.0, -1.0, (0.8 + 0.0) / 2])


def test_a_column_without_units_has_no_likeness() -> None:
    ahead, back = Nearest.of(_UNITS, 2, np.array([0])).means()
    assert ahead.tolist() == [-1.0]
    assert back.tolist() == [0.0]


def test_near_units_are_counted_from_four_fifths_on() -> None:
    ahead, back = Nearest.of(_UNITS, 0, np.array([1, 3])).near()
    assert np.allclose(ahead, [0.5, 0.5])
    assert np.allclose(back, [1.0, 0.5])
