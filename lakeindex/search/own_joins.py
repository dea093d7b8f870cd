"""Ask a lake for its own columns whose joins it verifies itself, to calibrate its probabilities by them."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np

from lakeindex.config.profile_limits import RawValues
from lakeindex.config.settings import LATE_INTERACTION, Settings, pair_budget
from lakeindex.index.candidate_sources import retrieve
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
_TRIED_A_QUERY = 5
"""Columns that are compared with those that share most of their values, at most, until there are enough queries."""
_BY_VALUES, _SHARING = "containment", 12
_LEAST_VALUES = 5


def calibrate_lake(generation: Generation, settings: Settings) -> LakeCalibration:
    """Fit the calibration of a generation that need not be published yet; a slow cross-encoder is left out."""
    has_values = generation.manifest.settings["limits"]["raw"] == RawValues.SAMPLE
    is_reranked = has_values and settings.cross_encoder == LATE_INTERACTION
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
    """Return the keys of a few columns, drawn by their hash, that a key with their values verifies a join of."""
    facts = searcher.directory.facts
    able = np.flatnonzero((facts.distinct >= _LEAST_VALUES) & ~facts.is_serial)
    most = min(_LEAST_QUERIES + len(searcher.directory) // _COLUMNS_A_QUERY, _MOST_QUERIES)
    drawn = able[np.argsort(searcher.directory.text_hashes[able], kind="stable")][: most * _TRIED_A_QUERY]
    return list(islice((key for key in drawn.tolist() if _is_verified(searcher, key)), most))


def _is_verified(searcher: Searcher, key: int) -> bool:
    query = searcher.column_at(key)
    sharing = retrieve(query, [searcher.sources[_BY_VALUES]], _SHARING)
    pairs = searcher.scorer.pairs(query, sharing)
    return len(sharing) > 0 and bool(verified_joins(features_of(pairs, measure(pairs))).any())
