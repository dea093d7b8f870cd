from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lakeindex import Lake, Settings
from lakeindex.join.estimate.estimate import JoinEstimate

ROWS = 40_000


def estimate_of(folder: Path, settings: Settings, keys: np.ndarray, others: np.ndarray) -> JoinEstimate:
    """Estimate the join of two columns of which a sample of a tenth was read."""
    lake = folder / "lake"
    lake.mkdir()
    for name, values in (("left", keys), ("right", others)):
        pq.write_table(
            pa.table({name: [f"value {one}" for one in values]}), lake / f"{name}.parquet", row_group_size=4000
        )
    settings = Settings(model="hashing", jobs=1, memory=settings.memory, scan=f"sample:{ROWS // 10}")
    with Lake.index(lake, folder / "index", settings) as opened:
        plan = opened.join("left.parquet", "left", "right.parquet", "right", match="normalised")
        assert plan.estimate is not None
        return plan.estimate


def test_the_figures_of_a_join_of_samples_lie_in_their_intervals(tmp_path: Path, settings: Settings) -> None:
    rng = np.random.default_rng(4)
    orders, customers = rng.integers(0, 2 * ROWS, ROWS), rng.permutation(ROWS)
    found = estimate_of(tmp_path, settings, orders, customers)
    matched = np.isin(orders, customers).mean()
    assert not found.is_exact
    assert found.match_rate.low <= matched <= found.match_rate.high
    assert found.rows.low <= matched * ROWS <= found.rows.high
    assert abs(found.match_rate.expected - matched) < 0.25
