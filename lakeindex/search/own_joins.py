"""Ask a lake for its own columns whose joins it verifies itself, to calibrate its probabilities by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.config.profile_limits import RawValues
from lakeindex.config.settings import CELLS, Settings, pair_budget
from lakeindex.match.answer_calibration import ANSWER_FEATURES
from lakeindex.match.features import features_of
from lakeindex.match.lake_calibration import (
    FEWEST_QUERIES,
    LakeCalibration,
    OwnAnswers,
    verified_joins,
    verified_strangers,
)
from lakeindex.match.signals import measure
from lakeindex.search.reranking_searcher import RerankingSearcher
from lakeindex.search.searcher import Searcher
from lakeindex.store.generations import Generation

_TOP = 10
_LEAST_QUERIES, _MOST_QUERIES, _COLUMNS_A_QUERY = 8, 24, 2_000
"""A large lake is asked more, as its build takes longer."""
_TRIED_A_QUERY = 6
"""Columns that are compared with those of their name, at most, until there are enough queries."""
_MOST_NAMESAKES = 20


def calibrate_lake(generation: Generation, settings: Settings) -> LakeCalibration:
    """Fit the calibration of a generation that need not be published yet; a slow cross-encoder is left out."""
    has_values = generation.manifest.settings["limits"]["raw"] == RawValues.SAMPLE
    is_reranked = has_values and settings.cross_encoder == CELLS
    searching = RerankingSearcher(
        Searcher.open(generation, settings.device), replace(settings, reach="pool"), generation
    )
    own = own_answers(searching, pair_budget(settings.budget, settings.cross_encoder) if is_reranked else 0)
    return LakeCalibration.of(own, searching.calibration)


def own_answers(searching: RerankingSearcher, budget: int) -> OwnAnswers:
    """Query a lake for some of its columns with a verified join; return the answers that are verified either way."""
    searcher = searching.searcher
    keys = _with_verified_join(searcher)
    asked = [searcher.column_at(key) for key in keys] if len(keys) >= FEWEST_QUERIES else []
    answers, joins, queries = [np.zeros((0, len(ANSWER_FEATURES)))], [np.zeros(0, bool)], [np.zeros(0, np.int64)]
    for number, found in enumerate(searching.search_many(asked, budget)):
        places = found.answers()[:_TOP]
        is_join, is_stranger = verified_joins(found.features[places]), verified_strangers(found.features[places])
        is_known = is_join | is_stranger
        answers.append(found.answer_features()[places[is_known]])
        joins.append(is_join[is_known])
        queries.append(np.full(int(is_known.sum()), number))
    return OwnAnswers(np.concatenate(answers), np.concatenate(joins), np.concatenate(queries))


def _with_verified_join(searcher: Searcher) -> list[int]:
    """Return the keys of a few columns, drawn by their hash, with a verified join to one of the same name."""
    most = min(_LEAST_QUERIES + len(searcher.directory) // _COLUMNS_A_QUERY, _MOST_QUERIES)
    tried = _namesakes(searcher, most * _TRIED_A_QUERY)
    return list(islice((key for key, others in tried if _is_verified(searcher, key, others)), most))


def _is_verified(searcher: Searcher, key: int, namesakes: Integers) -> bool:
    query = searcher.column_at(key)
    pairs = searcher.scorer.pairs(query, np.setdiff1d(namesakes, query.excluded)[:_MOST_NAMESAKES])
    return len(pairs.keys) > 0 and bool(verified_joins(features_of(pairs, measure(pairs))).any())


def _namesakes(searcher: Searcher, most: int) -> Iterator[tuple[int, Integers]]:
    """Yield up to `most` columns with values, in the order of their hashes, with all columns of the same name."""
    directory = searcher.directory
    names, counts = np.unique(directory.name_hashes, return_inverse=True, return_counts=True)[1:]
    able = np.flatnonzero((counts[names] > 1) & (directory.facts.distinct > 0))
    drawn = able[np.argsort(directory.text_hashes[able], kind="stable")][:most]
    by_name = np.argsort(names, kind="stable")
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    for key in drawn.tolist():
        name = int(names[key])
        yield key, np.sort(by_name[starts[name] : starts[name + 1]])
