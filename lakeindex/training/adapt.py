"""Tune an index's encoder to its own lake, without labels: tables → pairs that join → linear head → new generation.

The head is kept only if it ranks held-out pairs better; otherwise the index stays unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from lakeindex.build.build_index import build_index
from lakeindex.build.encoding import BuildModel, current_head
from lakeindex.config.index_settings import settings_built_with, text_options
from lakeindex.config.profile_limits import RawValues
from lakeindex.config.settings import Settings
from lakeindex.encode.encoders import fingerprint, make_encoder
from lakeindex.encode.linear_head import LinearHead
from lakeindex.errors import InvalidSetting
from lakeindex.lake import Lake
from lakeindex.protocols import Encoder
from lakeindex.search.own_joins import calibrate_lake
from lakeindex.search.query_encoder import model_options
from lakeindex.store.publishing import writing
from lakeindex.synthesis.column_pool import Pool
from lakeindex.training.fit.whitening import Gain, VectorPairs, fit_whitening, held_out_gain
from lakeindex.training.own_lake import encoded_pairs, tables_of
from lakeindex.types.reports import Progress

_SEED = 0
_LEAST_COLUMNS = 20
_LEAST_LINEAGES = 10
"""With fewer, the bootstrap is not reliable."""


_FIELDS: dict[str, pa.DataType] = {
    "changed": pa.bool_(),
    "map_before": pa.float64(),
    "map_after": pa.float64(),
    "least_gain": pa.float64(),
    "pairs": pa.int64(),
    "origins": pa.int64(),
    "generation": pa.int64(),
    "reason": pa.string(),
}
ADAPTED_SCHEMA = pa.schema(_FIELDS)
"""A contract for scripts: columns are only ever appended. Fields of `Gain` are null where nothing was learned."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """The result of tuning an index."""

    gain: Gain | None
    """None where nothing was learned."""
    refusal: str
    """Why the index was not changed; empty if it was."""
    generation: int
    """The number of the current generation."""

    def to_arrow(self) -> pa.Table:
        """Return one row of ADAPTED_SCHEMA."""
        gain = self.gain
        scores = {} if gain is None else {"map_before": gain.before, "map_after": gain.after, "least_gain": gain.least}
        counts = {} if gain is None else {"pairs": gain.pairs, "origins": gain.lineages}
        row = {"changed": not self.refusal, "generation": self.generation, "reason": self.refusal}
        return pa.Table.from_pylist([row | scores | counts], schema=ADAPTED_SCHEMA)


def _silent(stage: str, done: int, total: int) -> None:
    """Ignore progress."""


def adapt(
    path: str | Path,
    index: str | Path | None = None,
    settings: Settings | None = None,
    progress: Progress = _silent,
) -> Adapted:
    """Tune an index to its lake at `path`, and build it again if the tuned encoder is better.

    Raises IndexMissing where there is no index, InvalidSetting where it is of another lake, LockHeld while another
    process writes to it.
    """
    lake = _opened(Path(path), index, settings)
    encoder = lake.opened.model.base_encoder
    try:
        pairs = _pairs_of(lake, encoder, progress)
    except InvalidSetting as error:  # a lake that is too small is no user error
        return _unchanged(lake, str(error))
    gain = held_out_gain(pairs, fit_whitening, _SEED)
    if gain.least <= 0:
        return _unchanged(lake, "the tuned encoder is not better beyond chance", gain)
    head = LinearHead(fit_whitening(pairs), encoder.fingerprint)
    return _rebuilt(lake, BuildModel(encoder.fingerprint, lambda: encoder).with_head(head), progress, gain)


def reset(
    path: str | Path,
    index: str | Path | None = None,
    settings: Settings | None = None,
    progress: Progress = _silent,
) -> Adapted:
    """Return to the encoder as it ships, and index the lake at `path` again. Raises the same errors as `adapt`."""
    lake = _opened(Path(path), index, settings)
    if current_head(Path(lake.settings.index)) is None:
        return _unchanged(lake, "the index is not tuned")
    options = model_options(lake.settings)
    model = BuildModel(fingerprint(options), lambda: make_encoder(options), is_final=True)
    return _rebuilt(lake, model, progress)


def _opened(root: Path, index: str | Path | None, settings: Settings | None) -> Lake:
    """Open an index with the settings it was built with."""
    lake = Lake.open(index, settings)
    where = Path(lake.settings.index)
    if root.resolve() != lake.root:
        raise InvalidSetting(f"the index in {where} is of {lake.root}, not of {root}; name that, or another --index")
    with writing(where):  # fail now rather than after minutes of work
        return Lake(lake.generation, settings_built_with(lake.generation.manifest.settings, lake.settings))


def _pairs_of(lake: Lake, encoder: Encoder, progress: Progress) -> VectorPairs:
    """Encode pairs of columns of the lake that join. Raises InvalidSetting where there are too few."""
    if lake.opened.kept_values is RawValues.NONE:
        raise InvalidSetting("the index keeps no values to be tuned on; index the lake with --values sample or hash")
    pool = Pool.of(tables_of(lake, _SEED, progress))
    if len(pool.distinctive) + len(pool.measured) < _LEAST_COLUMNS:
        raise InvalidSetting(f"the lake is too small: it takes {_LEAST_COLUMNS} columns with several values")
    pairs = encoded_pairs(pool, encoder, text_options(lake.settings), _SEED, progress)
    if len(np.unique(pairs.lineages)) < _LEAST_LINEAGES:
        raise InvalidSetting(f"the lake is too small: its columns are of fewer than {_LEAST_LINEAGES} origins")
    return pairs


def _unchanged(lake: Lake, refusal: str, gain: Gain | None = None) -> Adapted:
    return Adapted(gain, refusal, lake.generation.number)


def _rebuilt(lake: Lake, model: BuildModel, progress: Progress, gain: Gain | None = None) -> Adapted:
    calibrate = partial(calibrate_lake, settings=lake.settings)
    report = build_index(lake.root, Path(lake.settings.index), lake.settings, model, progress, calibrate)
    return Adapted(gain, "", report.generation)
