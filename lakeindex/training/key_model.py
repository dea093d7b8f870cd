"""Train the model that tells which unique columns are a key: what is unique in a few rows, is it so in all of them?"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from lakeindex.arrays.aliases import Features, Flags, Integers
from lakeindex.config.settings import Settings
from lakeindex.lake import Lake
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.lake_map.foreign_keys.key_names import KeyNames
from lakeindex.lake_map.key_features import KEY_DIRECTIONS, KEY_FEATURES, TableColumns
from lakeindex.lake_map.key_model import KeyModel
from lakeindex.lake_map.key_rows import TableRows
from lakeindex.lake_map.keys import unique_sets
from lakeindex.models.boosted_trees import Trees
from lakeindex.synthesis.source_tables import Source
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.training.fit.boosting import BoostingOptions, boost, fit_scale, tree_arrays
from lakeindex.types.lake import TableId

_ROWS = (5, 8, 12, 20, 40, 100, 300)
_FEWEST_ROWS, _MOST_COLUMNS, _MOST_TABLES = 60, 40, 14
_NO_KEYS = (ValueShape.TEXT, ValueShape.DATE)
_DOUBT = 1.0
OPTIONS = BoostingOptions(trees=120, leaves=8, learning_rate=0.06, least_pairs=40)


@dataclass(frozen=True, slots=True, eq=False)
class LabelledSets:
    """Sets of columns that are unique in a few rows of their tables, with what they are in all rows."""

    features: Features
    are_keys: Flags


def label_sets(lakes: Mapping[str, Sequence[Source]], settings: Settings) -> dict[str, LabelledSets]:
    """Index a few rows of some tables of each lake; label what is unique in them by all rows of the table."""
    drawn = {f"{name}/{place}.csv": one for name, some in lakes.items() for place, one in _some(name, some)}
    with TemporaryDirectory() as folder:
        for table, source in drawn.items():
            _write_some_rows(source, Path(folder) / "lake" / table)
        with Lake.index(Path(folder) / "lake", Path(folder) / "index", settings) as lake:
            return {name: _labelled(lake, name, drawn) for name in lakes}


def _some(name: str, sources: Sequence[Source]) -> list[tuple[int, Source]]:
    able = [one for one in sources if one.rows >= _FEWEST_ROWS and 2 <= len(one.columns) <= _MOST_COLUMNS
            and len({column.name for column in one.columns}) == len(one.columns)]  # fmt: skip
    order = np.random.default_rng(zlib.crc32(name.encode())).permutation(len(able))[:_MOST_TABLES]
    return [(place, able[place]) for place in order.tolist()]


def _write_some_rows(source: Source, path: Path) -> None:
    rng = np.random.default_rng(zlib.crc32(path.name.encode() + source.name.encode()))
    count = int(min(source.rows // 2, rng.choice(_ROWS)))
    start = int(rng.integers(0, source.rows - count + 1))
    rows: Integers = np.arange(start, start + count)
    if rng.random() < 0.5:
        rows = np.sort(rng.permutation(source.rows)[:count])
    path.parent.mkdir(parents=True, exist_ok=True)
    pa_csv.write_csv(pa.table({one.name: one.texts().take(rows) for one in source.columns}), path)


def _labelled(lake: Lake, name: str, drawn: Mapping[str, Source]) -> LabelledSets:
    directory = lake.opened.searcher.directory
    columns, names = KeyColumns(directory), KeyNames.of(directory)
    features, labels = [np.zeros((0, len(KEY_FEATURES)))], []
    for table, source in drawn.items():
        if not table.startswith(f"{name}/") or not directory.has_table(TableId(table)):
            continue
        keys = directory.keys_of_table(TableId(table))
        own = TableColumns(columns, names, int(keys[0]), len(keys))
        rows = TableRows.open(lake.opened.tables, TableId(table), int(directory.facts.rows[keys[0]]))
        if len(keys) == len(source.columns) and (sets := list(unique_sets(own, rows))):
            features.append(own.features(sets))
            labels += [_is_key(source, one) for one in sets]
    return LabelledSets(np.concatenate(features), np.array(labels, bool))


def _is_key(source: Source, places: tuple[int, ...]) -> bool:
    """Whether columns are unique in all rows, and neither measure something nor are texts alone."""
    columns = [source.columns[place] for place in places]
    if any(one.shape is ValueShape.DECIMAL for one in columns) or (len(places) == 1 and columns[0].shape in _NO_KEYS):
        return False
    codes = np.stack([one.codes for one in columns])
    codes = codes[:, (codes >= 0).all(axis=0)]
    return bool(codes.shape[1] > 0 and len(np.unique(codes, axis=1).T) == codes.shape[1])


def train_key_model(folds: Sequence[LabelledSets]) -> tuple[KeyModel, Mapping[str, float]]:
    """Train on all folds; calibrate, and measure, each by trees that learned from the others. Returns the figures."""
    sums = []
    for place, held_out in enumerate(folds):
        trees = _fit([one for other, one in enumerate(folds) if other != place])
        sums.append(trees.sums(held_out.features))
    are_keys = np.concatenate([one.are_keys for one in folds])
    slope, offset = fit_scale(np.concatenate(sums), are_keys, _DOUBT)
    shown = slope * np.concatenate(sums) + offset > 0
    right = float((shown & are_keys).sum())
    figures = {"precision": right / max(float(shown.sum()), 1.0), "recall": right / max(float(are_keys.sum()), 1.0)}
    return KeyModel(_fit(folds), slope, offset), figures


def _fit(learned: Sequence[LabelledSets]) -> Trees:
    features = np.concatenate([one.features for one in learned])
    are_keys = np.concatenate([one.are_keys for one in learned])
    arrays, depth = tree_arrays(boost(features, are_keys, KEY_DIRECTIONS, OPTIONS))
    return Trees(**arrays, depth=depth)
