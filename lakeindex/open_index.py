"""What is open of an index: each part when it is first asked for, so that a question waits for nothing else."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from lakeindex.config.profile_limits import RawValues
from lakeindex.config.settings import Settings
from lakeindex.search.reranking_searcher import RerankingSearcher
from lakeindex.search.searcher import Searcher
from lakeindex.store.feedback_log import FeedbackFile, feedback_hash
from lakeindex.store.generations import Generation
from lakeindex.store.layout import CATALOG
from lakeindex.types.lake import TableId
from lakeindex.types.reports import Report

if TYPE_CHECKING:
    from lakeindex.catalog.catalog import Catalog
    from lakeindex.join.lake_tables import LakeRows
    from lakeindex.join.rescore_transformed import Rewriter
    from lakeindex.search.budgeted_rerank import BudgetedReranker
    from lakeindex.search.feedback import Feedback
    from lakeindex.search.query_encoder import BuiltModel
    from lakeindex.types.pairs import AnchorScores

# A query of a lake's column needs neither DuckDB nor a model nor what builds an index: those are imported where they
# are used, and a cold query takes half the time.


class OpenIndex:
    """One generation of an index, from beginning to end, and the settings to ask it with."""

    def __init__(self, generation: Generation, settings: Settings, report: Report | None = None) -> None:
        self.generation = generation
        self.settings = settings
        self.report = report
        """What the build did, where this process built the index."""

    @cached_property
    def searcher(self) -> Searcher:
        """The generation's indexes."""
        return Searcher.open(self.generation, self.settings.device, self.feedback_file)

    @cached_property
    def reranking(self) -> RerankingSearcher:
        """The same, with a cross-encoder behind it."""
        settings = self.settings
        return RerankingSearcher(
            self.searcher,
            # They hold no lake, so that a lake that nobody holds closes its files at once.
            partial(_make_reranker, settings),
            settings.reach == "lake",
            partial(_open_anchors, settings, self.generation),
        )

    @cached_property
    def verdicts(self) -> Feedback:
        """What people said of pairs of columns."""
        from lakeindex.search.feedback import Feedback

        return Feedback(self.feedback_file, self.searcher.directory)

    @cached_property
    def catalog(self) -> Catalog:
        """The generation's catalog."""
        from lakeindex.catalog.catalog import Catalog

        return Catalog.open(self.generation.folder / CATALOG, self.settings.memory)

    @cached_property
    def rows(self) -> LakeRows:
        """The rows of the lake's tables, in DuckDB."""
        from lakeindex.join.lake_tables import LakeRows

        return LakeRows(self.generation, self.catalog, self.searcher.directory, self.settings.memory)

    @cached_property
    def model(self) -> BuiltModel:
        """The model that the index was built with."""
        from lakeindex.search.query_encoder import BuiltModel

        return BuiltModel(self.generation, self.settings)

    @cached_property
    def table_ids(self) -> list[TableId]:
        """The names of all tables, ascending."""
        return [
            TableId(str(name)) for name in self.catalog.fetch("SELECT table_id FROM tables ORDER BY 1")[0].to_pylist()
        ]

    @property
    def logical_hash(self) -> str:
        """The hash of what the index says, feedback included. Raises IndexDamaged when that can't be read."""
        return feedback_hash(self.generation.manifest.logical_hash, self.feedback_file.read())

    @property
    def feedback_file(self) -> FeedbackFile:
        """Where what people said of pairs is kept."""
        return FeedbackFile(Path(self.settings.index))

    @property
    def kept_values(self) -> RawValues:
        """What the index keeps of the values that stand in the cells."""
        return RawValues(self.generation.manifest.settings["limits"]["raw"])

    @property
    def root(self) -> Path:
        """The lake's folder."""
        return Path(self.generation.manifest.lake)

    def rewriter(self) -> Rewriter:
        """Make what finds columns that a program makes meet."""
        from lakeindex.config.index_settings import limits_built_with
        from lakeindex.join.rescore_transformed import Rewriter

        return Rewriter(self.searcher, limits_built_with(self.generation.manifest.settings, self.settings))


def _make_reranker(settings: Settings) -> BudgetedReranker:
    from lakeindex.search.load_cross_encoder import make_reranker

    return make_reranker(settings)


def _open_anchors(settings: Settings, generation: Generation) -> AnchorScores | None:
    from lakeindex.search.load_cross_encoder import anchors_for

    return anchors_for(settings, generation)
