"""Train what ships: lakes are made of tables, indexed and asked as any lake is; what joins in them is known."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeindex.config import Settings
from lakeindex.content import text_options
from lakeindex.encode.column_text import DescribedColumn, TextOptions, describe
from lakeindex.errors import NotFound
from lakeindex.lake import Lake
from lakeindex.learn.boosting import BoostingOptions, LabelledPairs, boost, fit_logistic, fit_monotone, tree_arrays
from lakeindex.learn.contrastive import TextBatch
from lakeindex.learn.made_lake import STYLES, MadeLake, make_lake
from lakeindex.learn.pairs import PairColumn, pairs_of
from lakeindex.learn.pool import Pool
from lakeindex.learn.sources import SourceData
from lakeindex.learn.written_lake import write_lake
from lakeindex.match.calibration import Calibration
from lakeindex.match.features import AGAINST, EITHER, FEATURES, FOR, features_of
from lakeindex.match.fusion import fuse
from lakeindex.match.matcher import TIE_BREAK, Matcher, as_rivals, confidence_features
from lakeindex.match.signals import measure
from lakeindex.match.trees import Trees
from lakeindex.pairs import Numbers, Pairs, QueryColumn
from lakeindex.querying import Searcher
from lakeindex.search.retrieve import retrieve
from lakeindex.types import Family, Kind

Log = Callable[[str], None]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_KNOTS = 20
_OVERLAPPING = 0.5
_POSITIVES = 0.7
_NAME_ALONE = 0.08
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_MOST = 0.9

CANDIDATES = 100
"""Of each source, as a query for ten answers asks for."""
KEPT = 40
"""Candidates of a query that are learned from, those with the best untrained scores."""
TOP = 10
"""Answers of a query that probabilities are calibrated on."""
ORPHANS_LEFT_ALONE = 0.9
"""The share of queries without a partner of which nothing is to be accepted, on the lakes of the calibration."""
BATCH = 128
"""Pairs that an encoder is tuned on at once."""


@dataclass(frozen=True, slots=True)
class LakePlan:
    """A lake to be made."""

    style: str
    seed: int
    sources: int
    queries: int


@dataclass(frozen=True, slots=True, eq=False)
class AskedLake:
    """What a made lake says of its own columns."""

    pairs: LabelledPairs
    orphans: LabelledPairs
    """The same queries without the columns that join with them: nothing is left to be found."""


def plans(count: int, seed: int, sources: Sequence[int] = (20, 60, 150), queries: int = 250) -> list[LakePlan]:
    """Plan lakes of all styles and several sizes."""
    names = list(STYLES)
    rng = np.random.default_rng(seed)
    return [
        LakePlan(names[place % len(names)], seed * 1_000 + place, int(rng.choice(sources)), queries)
        for place in range(count)
    ]


def ask_made_lakes(
    sources: Sequence[SourceData], planned: Sequence[LakePlan], settings: Settings, log: Log
) -> Iterator[AskedLake]:
    """Make each lake, index it, and ask for its columns."""
    for plan in planned:
        rng = np.random.default_rng(plan.seed)
        chosen = rng.permutation(len(sources))[: plan.sources]
        made = make_lake([sources[place] for place in np.sort(chosen)], plan.seed, STYLES[plan.style])
        with TemporaryDirectory() as folder:
            write_lake(made, Path(folder) / "lake")
            lake = Lake.index(Path(folder) / "lake", Path(folder) / "index", settings)
            asked = _ask(lake.searcher, made, plan.queries, rng)
        log(f"{plan}: {len(made.tables)} tables, {len(made.joins)} joins, {len(asked.pairs.joins)} pairs")
        yield asked


def _ask(searcher: Searcher, made: MadeLake, most: int, rng: np.random.Generator) -> AskedLake:
    partners = _partners(searcher, made)
    keys = np.arange(len(searcher.directory))
    has = np.array([key in partners for key in keys.tolist()])
    # As many with partners as there are, up to most; half as many without.
    chosen = [rng.permutation(keys[has])[:most], rng.permutation(keys[~has])[: most // 2]]
    found, orphans = [], []
    for key in np.sort(np.concatenate(chosen)).tolist():
        query = searcher.column(searcher.directory.id_of(key))
        joining = np.array(sorted(partners.get(key, ())), np.int64)
        candidates = retrieve(query, list(searcher.sources.values()), CANDIDATES)
        found.append(_labelled(searcher, query, candidates, joining))
        if len(joining):
            orphans.append(_labelled(searcher, query, candidates[~np.isin(candidates, joining)], joining))
    return AskedLake(LabelledPairs.joined(found), LabelledPairs.joined(orphans))


def _partners(searcher: Searcher, made: MadeLake) -> dict[int, set[int]]:
    partners: defaultdict[int, set[int]] = defaultdict(set)
    for join in made.joins:
        try:
            left, right = (searcher.directory.key_of(column) for column in (join.left, join.right))
        except NotFound:  # its header was read as another one: nothing can be said of it
            continue
        partners[left].add(right)
        partners[right].add(left)
    return partners


def _labelled(searcher: Searcher, query: QueryColumn, candidates: Numbers, joining: Numbers) -> LabelledPairs:
    pairs = searcher.pairs(query, candidates)
    scored = fuse(measure(pairs), pairs.tables)
    kept = np.argsort(-scored.scores, kind="stable")[:KEPT]
    return LabelledPairs(
        features=features_of(pairs, scored)[kept],
        scores=scored.scores[kept],
        joins=np.isin(candidates, joining)[kept],
        queries=np.zeros(len(kept), np.int64),
        weights=np.ones(len(kept)),
        containment=_containment(pairs)[kept],
    )


def _containment(pairs: Pairs) -> Floats:
    values = pairs.compared[Family.VALUES]
    return np.maximum(values.containment(), values.reverse_containment())


_PAIR = BoostingOptions(trees=60, leaves=3, features_a_tree=0.3)
_CONFIDENCE = BoostingOptions(trees=150, leaves=8, learning_rate=0.08, least_pairs=200)


@dataclass(frozen=True, slots=True)
class MatcherOptions:
    """How a matcher is trained."""

    pair: BoostingOptions = _PAIR
    confidence: BoostingOptions = _CONFIDENCE
    share: float = 0.2
    """How much of what the trees of the pair say counts as evidence: more ranks worse on lakes that nobody made."""


def train_matcher(learned: Sequence[AskedLake], held_out: Sequence[AskedLake], options: MatcherOptions) -> Matcher:
    """Train both sets of trees on some lakes, then calibrate on others."""
    pairs = LabelledPairs.joined([one for lake in learned for one in (lake.pairs, lake.orphans)])
    scale, bias = fit_logistic(pairs.scores[:, None], pairs.joins, pairs.weights)
    heard = replace(pairs, features=np.where(_RAW_OVERLAP, 0.0, pairs.features))
    directions = [feature.direction for feature in FEATURES]
    pair = _trees(boost(heard, directions, pairs.scores * scale[0] + bias, options.pair))
    matcher = Matcher(pair, pair, Calibration(float(scale[0]), options.share), "")
    kept = top_places(pairs.queries, evidence(pairs, matcher))
    told = replace(pairs.where(kept), features=told_of(pairs, matcher)[kept])
    directions = [FOR, AGAINST, FOR, *(EITHER for _ in FEATURES)]
    matcher = replace(
        matcher, confidence=_trees(boost(told, directions, np.zeros(len(told.joins)), options.confidence))
    )
    return replace(matcher, calibration=calibrate(matcher, held_out))


_RAW_OVERLAP = np.array([feature.group in ("values", "both_ways", "inclusion") for feature in FEATURES])
"""Features that trees of the pair do without: by the made lakes they say more of a join than they do of real ones."""


def _trees(told: list[dict[str, Any]]) -> Trees:
    arrays, depth = tree_arrays(told)
    return Trees(**arrays, depth=depth)


def evidence(pairs: LabelledPairs, matcher: Matcher) -> Floats:
    """Return how much speaks for each pair, (n,)."""
    said = matcher.pair.sums(pairs.features)
    return np.asarray(matcher.calibration.score * pairs.scores + matcher.calibration.trees * said)


def told_of(pairs: LabelledPairs, matcher: Matcher) -> Floats:
    """Return what confidence is told of each pair, (n, 3 + features)."""
    speaks = evidence(pairs, matcher)
    order = np.lexsort((as_rivals(speaks, pairs.features), pairs.queries))
    best = np.zeros(int(pairs.queries.max(initial=-1)) + 1, np.int64)
    best[pairs.queries[order]] = order  # the last of each query is written last
    best = best[pairs.queries]
    return confidence_features(speaks, speaks[best], pairs.features[best])


def confidence(pairs: LabelledPairs, matcher: Matcher) -> Floats:
    """Return how sure each pair is to join, (n,)."""
    told = told_of(pairs, matcher)
    return np.asarray(matcher.confidence.sums(told) + TIE_BREAK * told[:, 0])


def calibrate(matcher: Matcher, held_out: Sequence[AskedLake]) -> Calibration:
    """Find which confidence is how probable, over the top answers of queries, and set the threshold."""
    asked = LabelledPairs.joined([one for lake in held_out for one in (lake.pairs, lake.orphans)])
    sure = confidence(asked, matcher)
    kept = top_places(asked.queries, sure)
    known, log_odds = fit_monotone(sure[kept], asked.joins[kept], _KNOTS)
    tuned = replace(matcher.calibration, confidence=tuple(known.tolist()), log_odds=tuple(log_odds.tolist()))
    orphans = LabelledPairs.joined([lake.orphans for lake in held_out])
    said = tuned.probability(confidence(orphans, matcher))
    best = list(best_of_query(said, orphans.queries).values())
    return replace(tuned, threshold=float(np.quantile(best, ORPHANS_LEFT_ALONE)))


def top_places(queries: Numbers, by: Floats, count: int = TOP) -> Flags:
    """Tell which pairs are among the best of their query, (n,)."""
    order = np.lexsort((-by, queries))
    starts = np.searchsorted(queries[order], queries[order])
    kept = np.zeros(len(by), bool)
    kept[order[np.arange(len(order)) - starts < count]] = True
    return kept


def best_of_query(values: Floats, queries: Numbers) -> dict[int, float]:
    """Return the largest value of each query."""
    numbers, places = np.unique(queries, return_inverse=True)
    best = np.full(len(numbers), -np.inf)
    np.maximum.at(best, places, values)
    return dict(zip(numbers.tolist(), best.tolist(), strict=True))


def measure_matcher(matcher: Matcher, lakes: Sequence[AskedLake]) -> dict[str, float]:
    """Tell how far probabilities and acceptance are right on lakes that neither was fitted on."""
    pairs = LabelledPairs.joined([lake.pairs for lake in lakes])
    orphans = LabelledPairs.joined([lake.orphans for lake in lakes])
    said, threshold = matcher.calibration.probability(confidence(pairs, matcher)), matcher.calibration.threshold
    best, kept = best_of_query(said, pairs.queries), top_places(pairs.queries, said)
    alone = best_of_query(matcher.calibration.probability(confidence(orphans, matcher)), orphans.queries)
    overlapping = np.unique(pairs.queries[pairs.joins & (pairs.containment >= _OVERLAPPING)])
    accepted = kept & (said >= threshold)
    return {
        "expected_calibration_error": expected_calibration_error(said[kept], pairs.joins[kept]),
        "brier_skill": brier_skill(said[kept], pairs.joins[kept]),
        "accepted_that_join": float(pairs.joins[accepted].mean()),
        "queries_without_partner_left_alone": float(np.mean(np.array(list(alone.values())) < threshold)),
        "queries_with_partner_left_alone": float(np.mean([best[query] < threshold for query in overlapping.tolist()])),
        "map_at_10": mean_average_precision(said, pairs),
        "map_at_10_untrained": mean_average_precision(pairs.scores, pairs),
        "queries": float(len(best)),
    }


def expected_calibration_error(said: Floats, joins: Flags, bins: int = 15) -> float:
    """Return the mean distance of what was said and what is so, over bins of equal mass."""
    order = np.argsort(said, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return float(sum(len(part) * abs(said[part].mean() - joins[part].mean()) for part in parts) / len(said))


def brier_skill(said: Floats, joins: Flags) -> float:
    """Return how much smaller the squared error is than that of always saying how often pairs join."""
    share = joins.mean()
    return float(1 - np.mean((said - joins) ** 2) / (share * (1 - share)))


def mean_average_precision(by: Floats, pairs: LabelledPairs) -> float:
    """Return MAP@10 over the queries of which something joins and was retrieved."""
    order = np.lexsort((-by, pairs.queries))
    queries, joins = pairs.queries[order], pairs.joins[order]
    ranks = np.arange(len(order)) - np.searchsorted(queries, queries) + 1
    hits = np.cumsum(joins)
    first = np.searchsorted(queries, queries)
    hits_of_query: Floats = hits - np.where(first > 0, hits[first - 1], 0)
    gained = np.where(joins & (ranks <= TOP), hits_of_query / ranks, 0.0)
    relevant = np.bincount(queries, joins, minlength=int(queries[-1]) + 1)
    sums = np.bincount(queries, gained, minlength=len(relevant))
    asked = relevant > 0
    return float(np.mean(sums[asked] / np.minimum(relevant[asked], TOP)))


def text_batches(pool: Pool, seed: int) -> Iterator[TextBatch]:
    """Yield batches of pairs as the texts that the encoder reads; of some columns only the name."""
    rng, options = np.random.default_rng(seed + 1), text_options(Settings())
    stream = pairs_of(pool, seed, _POSITIVES)
    while True:
        pairs = [next(stream) for _ in range(BATCH)]
        yield TextBatch(
            left=[_text(pair.left, options, rng.random() < _NAME_ALONE) for pair in pairs],
            right=[_text(pair.right, options, False) for pair in pairs],
            join=np.array([pair.label for pair in pairs]),
            left_origins=np.array([pair.left.origin for pair in pairs]),
            right_origins=np.array([pair.right.origin for pair in pairs]),
        )


def _text(column: PairColumn, options: TextOptions, name_alone: bool) -> str:
    values = () if name_alone and column.name else column.values
    described = DescribedColumn(
        column.table, column.name, _kind(values), column.distinct, column.distinct, None, math.nan, math.nan, values
    )
    return describe(described, options)


def _kind(values: Sequence[str]) -> Kind:
    """Tell numbers from texts, as far as it decides how many values are named."""
    numbers = sum(_NUMBER.fullmatch(value) is not None for value in values)
    return Kind.DECIMAL if values and numbers >= _MOST * len(values) else Kind.TEXT
