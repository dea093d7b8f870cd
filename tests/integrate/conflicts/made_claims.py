"""Claims made for tests: from a list, and of worlds whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from lakeindex.integrate.conflicts.claims import Claims
from lakeindex.integrate.records import canonical_keys


def claims_of(claims: Sequence[tuple[int, int, int, str]], moments: Sequence[float] | None = None) -> Claims:
    """Make claims of (entity, attribute, source, text); a claim's row is its place."""
    numbers = np.array([one[:3] for one in claims], np.int64).reshape(-1, 3)
    texts = pa.array([one[3] for one in claims], pa.large_string())
    return Claims(
        numbers[:, 0], numbers[:, 1], numbers[:, 2], np.arange(len(claims)), texts, canonical_keys(texts),
        None if moments is None else np.array(moments),
    )  # fmt: skip
