"""What a lake answers to its own columns, with the truth: the training data of the calibration of answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lakeindex.arrays.aliases import Features, Flags, Floats, Integers
from lakeindex.arrays.proportions import probability_of
from lakeindex.config.settings import Settings
from lakeindex.lake import Lake
from lakeindex.match.answer_calibration import ANSWER_FEATURES, OWN, AnswerCalibration
from lakeindex.match.features import FEATURES
from lakeindex.match.lake_calibration import LakeCalibration, OwnAnswers
from lakeindex.search.own_joins import own_answers
from lakeindex.search.scored_candidates import ScoredCandidates
from lakeindex.synthesis.made_lake import MadeLake
from lakeindex.synthesis.write_lake import write_lake
from lakeindex.training.best_of_query import TOP, best_of_query
from lakeindex.training.relevance import JoinGroups
from lakeindex.types.columns import QueryColumn

_OVERLAPPING = 0.5
_SHARED, _RARE, _CALLED_ALIKE = 0.3, 3.0, 0.6
_PLACES = {feature.name: place for place, feature in enumerate(FEATURES)}


@dataclass(frozen=True, slots=True, eq=False)
class LabelledAnswers:
    """The best answers of queries, as `Lake.query` gives them but for the last calibration, with labels."""

    answers: Floats
    """(n, len(ANSWER_FEATURES))."""
    joins: Flags
    queries: Integers
    """(n,) The number of each answer's query."""
    has_partner: Flags
    """(n,) Whether the query joins with any column of the lake."""
    overlaps: Flags
    """(n,) Whether the answer joins, and half of one side's values are in the other."""

    def where(self, chosen: Flags) -> LabelledAnswers:
        """Keep some answers."""
        return LabelledAnswers(*(getattr(self, name)[chosen] for name in self.__slots__))

    @classmethod
    def joined(cls, several: Sequence[LabelledAnswers]) -> LabelledAnswers:
        """Concatenate the answers of several lakes; their queries are numbered consecutively."""
        starts = np.cumsum([0, *(int(one.queries.max(initial=-1)) + 1 for one in several)])
        fields = {name: np.concatenate([getattr(one, name) for one in several]) for name in cls.__slots__}
        queries = [one.queries + start for one, start in zip(several, starts, strict=False)]
        return cls(**fields | {"queries": np.concatenate(queries)})

    def before(self) -> Floats:
        """Return the probabilities before the last calibration, (n,): acceptance is decided by them."""
        return probability_of(self.answers[:, OWN])

    def best(self, probabilities: Floats) -> Floats:
        """Return the largest probability of each query, (queries,), given those of the answers, (n,)."""
        return np.array(list(best_of_query(probabilities, self.queries).values()))


@dataclass(frozen=True, slots=True, eq=False)
class AnsweredLake:
    """A lake that was queried for its own columns."""

    answers: LabelledAnswers
    orphans: LabelledAnswers
    """Answers to the queries that have a partner, when no partner may answer."""
    own: OwnAnswers
    """The answers that the lake verifies itself, without knowing the truth."""

    def calibrated(self, calibration: AnswerCalibration) -> AnswerCalibration:
        """Return the calibration with the shift that the lake's own joins ask for."""
        return calibration.shifted(LakeCalibration.of(self.own, calibration).shift)


def answer_lake(made: MadeLake, settings: Settings, most: int, seed: int, is_masked: bool) -> AnsweredLake:
    """Write and index a lake whose joins are known, and query it.

    The queries are up to `most` of its columns that join, and half as many that don't. In a masked lake, answers that
    look like a join and aren't known to be one have no label, and are left out.
    """
    with TemporaryDirectory() as folder:
        write_lake(made, Path(folder) / "lake")
        lake = Lake.index(Path(folder) / "lake", Path(folder) / "index", settings)
        opened, groups = lake.opened, JoinGroups.of(lake.opened.searcher.directory, made)
        keys = groups.some_queries(most, np.random.default_rng(seed)).tolist()
        columns = [opened.searcher.column_at(key) for key in keys]
        joining = {key: groups.decidable.others(key) for key in keys}
        alone = [
            replace(column, elsewhere=groups.joining.others(key))
            for key, column in zip(keys, columns, strict=True)
            if len(joining[key])
        ]
        answers = LabelledAnswers.joined([_nothing(), *_labelled(lake, columns, groups, is_masked)])
        orphans = LabelledAnswers.joined([_nothing(), *_labelled(lake, alone, groups, is_masked)])
        return AnsweredLake(answers, orphans, own_answers(opened.reranking, opened.budget))


def _labelled(
    lake: Lake, columns: Sequence[QueryColumn], groups: JoinGroups, is_masked: bool
) -> Iterator[LabelledAnswers]:
    for column, found in zip(columns, lake.opened.reranking.search_many(columns, lake.opened.budget), strict=True):
        assert column.key is not None
        joining = groups.decidable.others(column.key)
        unknown = np.setdiff1d(groups.undecidable.others(column.key), joining)
        joins, is_known = np.isin(found.keys, joining), ~np.isin(found.keys, unknown)
        if is_masked:
            is_known &= joins | ~_looks_like_a_join(found.features)
        places = found.answers()
        yield _labels_of(found, places[is_known[places]][:TOP], joins, len(joining) > 0)


def _labels_of(found: ScoredCandidates, places: Integers, joins: Flags, has_partner: bool) -> LabelledAnswers:
    containment = np.maximum(_of(found.features, "values containment"), _of(found.features, "values reverse"))
    return LabelledAnswers(
        answers=found.answer_features()[places],
        joins=joins[places],
        queries=np.zeros(len(places), np.int64),
        has_partner=np.full(len(places), has_partner),
        overlaps=(joins & (containment >= _OVERLAPPING))[places],
    )


def _looks_like_a_join(features: Features) -> Flags:
    """Return which pairs, (n, f), share rare values or are called alike: without a label, nobody knows of them."""
    measures = (f"keys {measure}" for measure in ("containment", "reverse"))
    shared = np.max([_of(features, measure) for measure in measures], axis=0)
    shares_rare = (shared >= _SHARED) & (np.expm1(_of(features, "values rarity")) >= _RARE)
    alike = np.maximum(_of(features, "names cosine"), _of(features, "reference"))
    return np.asarray(shares_rare | (alike >= _CALLED_ALIKE))


def _of(features: Features, name: str) -> Floats:
    return np.asarray(features[:, _PLACES[name]])


def _nothing() -> LabelledAnswers:
    flags = np.zeros(0, bool)
    return LabelledAnswers(np.zeros((0, len(ANSWER_FEATURES))), flags, np.zeros(0, np.int64), flags, flags)
