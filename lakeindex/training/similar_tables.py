"""Train what tells similar tables: on lakes whose tables are split, copied and edited, among all the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from lakeindex.arrays.aliases import Features, Flags, Integers
from lakeindex.lake_map.similar.find_similar import compare_tables
from lakeindex.lake_map.similar.pair_features import DIRECTIONS
from lakeindex.lake_map.similar.similarity_model import BlockWeights, SimilarityModel
from lakeindex.lake_map.similar.table_vectors import TableVectors
from lakeindex.models.boosted_trees import Trees
from lakeindex.search.searcher import Searcher
from lakeindex.synthesis.partner_tables import RELATIONS, Partners, draw_partition, make_partners, plain_table
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.training.fit.boosting import BoostingOptions, boost, fit_scale, tree_arrays
from lakeindex.types.lake import TableId

SHARES = (0.6, 0.12, 0.14, 0.07, 0.07)
"""How often each of RELATIONS is made."""
_MADE, _NAMED = 0.8, 0.25
"""The share of the tables that become two, and that of these whose files are named after the table."""
_DOUBT = 1.0
_COMPARED = 10


_TREES = BoostingOptions(trees=300, leaves=6, learning_rate=0.05, least_pairs=20)


@dataclass(frozen=True, slots=True)
class SimilarityOptions:
    """Settings of the training."""

    trees: BoostingOptions = _TREES
    steps: int = 300
    learning_rate: float = 0.01
    temperature: float = 0.05
    """Of the contrastive loss."""
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class MadePair:
    """Two tables of a lake that were one."""

    first: TableId
    second: TableId
    partners: Partners


@dataclass(frozen=True, slots=True, eq=False)
class PartnerLake:
    """Tables of which some were one."""

    tables: Mapping[TableId, pa.Table]
    pairs: tuple[MadePair, ...]

    def write(self, folder: Path) -> None:
        """Write each table as a CSV file."""
        folder.mkdir(parents=True)
        for name, table in self.tables.items():
            pa_csv.write_csv(table, folder / name, pa_csv.WriteOptions(quoting_style="needed"))


def make_partner_lake(own: Sequence[SourceData], others: Sequence[SourceData], seed: int) -> PartnerLake:
    """Make two tables out of most of `own`, among those of `others`; the same tables and seed make the same."""
    rng = np.random.default_rng(seed)
    numbers = iter(rng.permutation(10 * (len(own) + len(others)) + 10).tolist())
    tables: dict[TableId, pa.Table] = {}
    pairs: list[MadePair] = []
    for source in own:
        relation = str(rng.choice(RELATIONS, p=SHARES))
        made = make_partners(source, draw_partition(rng, relation), rng) if rng.random() < _MADE else None
        if made is None:
            tables[_name(next(numbers))] = plain_table(source)
            continue
        title = f"{source.name}_{next(numbers)}" if rng.random() < _NAMED else None
        first, second = (_name(next(numbers), title, side) for side in (1, 2))
        tables |= {first: made.first, second: made.second}
        pairs.append(MadePair(first, second, made))
    tables |= {_name(next(numbers)): plain_table(one) for one in others}
    return PartnerLake(tables, tuple(pairs))


def _name(number: int, title: str | None = None, side: int = 1) -> TableId:
    return TableId(f"t{number:06d}.csv" if title is None else f"{title}_{side}.csv")


@dataclass(frozen=True, slots=True, eq=False)
class ComparedLake:
    """The tables that were one, compared with all that may be similar."""

    vectors: TableVectors
    partners: Integers
    """(pairs, 2) The places of the tables that were one."""
    features: tuple[Features, ...]
    """Of each query, a row a table that it is compared with."""
    labels: tuple[Flags, ...]
    """Of each query, which of these is its partner."""


def compare_lake(searcher: Searcher, pairs: Sequence[tuple[TableId, TableId]], blocks: BlockWeights) -> ComparedLake:
    """Query a lake with the first table of each pair."""
    vectors = TableVectors.of(searcher)
    places = {one: place for place, one in enumerate(searcher.directory.table_ids)}
    compared = [compare_tables(searcher, vectors, first, blocks, _COMPARED) for first, _ in pairs]
    labels = [
        np.array([one.table == second for one in found.tables], bool)
        for found, (_, second) in zip(compared, pairs, strict=True)
    ]
    partners = np.array([[places[one] for one in pair] for pair in pairs], np.int64).reshape(-1, 2)
    return ComparedLake(vectors, partners, tuple(one.features for one in compared), tuple(labels))


def fit_blocks(lakes: Sequence[tuple[TableVectors, Integers]], options: SimilarityOptions) -> BlockWeights:
    """Learn how much each block of a table's vector counts, given the vectors of lakes and their partners, (n, 2).

    Each table has to find its partner among all tables of its lake (InfoNCE; van den Oord et al., 2018), in a siamese
    network of TabSim's kind (Habibi et al., 2020); a full projection learned from so few tables is worse on others.
    """
    import torch

    # Weights of at least 0: those of squared lengths.
    roots = torch.ones(3, requires_grad=True)
    optimiser = torch.optim.Adam([roots], lr=options.learning_rate)
    rng = np.random.default_rng(options.seed)
    for step in range(options.steps):
        vectors, partners = lakes[step % len(lakes)]
        chosen = partners[rng.permutation(len(partners))[:96]]
        joined = torch.cat([torch.from_numpy(one) * root for one, root in zip(vectors.blocks(), roots, strict=True)], 1)
        unit = torch.nn.functional.normalize(joined, dim=1)
        losses = []
        for query, partner in ((chosen[:, 0], chosen[:, 1]), (chosen[:, 1], chosen[:, 0])):
            cosines = unit[torch.from_numpy(query)] @ unit.T / options.temperature
            cosines[torch.arange(len(query)), torch.from_numpy(query)] = -torch.inf
            losses.append(torch.nn.functional.cross_entropy(cosines, torch.from_numpy(partner)))
        optimiser.zero_grad()
        torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    squares = roots.detach().numpy() ** 2
    return cast(BlockWeights, tuple(round(float(one), 4) for one in squares / squares.sum()))


def train_similarity(
    learned: Sequence[ComparedLake], held_out: Sequence[ComparedLake], blocks: BlockWeights, options: SimilarityOptions
) -> SimilarityModel:
    """Train the trees on some lakes, and calibrate them on others."""
    features, labels = _stacked(learned)
    arrays, depth = tree_arrays(boost(features, labels, list(DIRECTIONS.values()), options.trees))
    model = SimilarityModel(blocks, Trees(**arrays, depth=depth))
    others, is_partner = _stacked(held_out)
    return replace(model, scale=fit_scale(model.trees.sums(others), is_partner, _DOUBT))


def _stacked(lakes: Sequence[ComparedLake]) -> tuple[Features, Flags]:
    return (
        np.concatenate([one for lake in lakes for one in lake.features]),
        np.concatenate([one for lake in lakes for one in lake.labels]),
    )


def first_among_similar(model: SimilarityModel, lakes: Sequence[ComparedLake]) -> Flags:
    """Return whether the partner of each query is first, alone, among all tables compared with it, (queries,)."""
    return np.array([_is_first(model, *one) for lake in lakes for one in zip(lake.features, lake.labels, strict=True)])


def _is_first(model: SimilarityModel, features: Features, labels: Flags) -> bool:
    scores = model.log_odds(features)
    return bool(labels.any() and (scores >= scores[labels].max()).sum() == 1)


def nearest_ranks(lakes: Sequence[tuple[TableVectors, Integers]], blocks: BlockWeights) -> Iterator[int]:
    """Yield the rank, from 1, of each partner by the vectors alone."""
    for vectors, partners in lakes:
        for query, partner in partners.tolist():
            cosines = vectors.cosines(query, blocks)
            cosines[query] = -np.inf
            yield int(1 + (cosines > cosines[partner]).sum())
