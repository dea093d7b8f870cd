"""An open generation of an index: each part is opened when it is first used, so that a query waits for nothing else."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lakeindex.config.profile_limits import Names, ProfileLimits, RawValues
from lakeindex.config.settings import Settings, pair_budget
from lakeindex.errors import Refused
from lakeindex.search.explain import Explainer
from lakeindex.search.reranking_searcher import RerankingSearcher
from lakeindex.search.searcher import Searcher
from lakeindex.store.feedback_log import FeedbackFile, feedback_hash
from lakeindex.store.generations import Generation
from lakeindex.store.layout import CATALOG
from lakeindex.types.lake import ColumnId, TableId

if TYPE_CHECKING:
    from lakeindex.catalog.catalog import Catalog
    from lakeindex.join.lake_tables import LakeTables
    from lakeindex.search.feedback import Feedback
    from lakeindex.search.query_encoder import QueryEncoder

# A query of a lake's column needs neither DuckDB nor a model nor what builds an index: those are imported where they
# are used, and a cold query takes half the time.


class OpenIndex:
    """One generation of an index, from beginning to end, and the settings that queries are answered with."""

    def __init__(self, generation: Generation, settings: Settings) -> None:
        self.generation = generation
        self.settings = settings

    @cached_property
    def searcher(self) -> Searcher:
        """The generation's indexes."""
        return Searcher.open(self.generation, self.settings.device, self.feedback_file)

    @cached_property
    def reranking(self) -> RerankingSearcher:
        """The searcher with a cross-encoder behind it."""
        return RerankingSearcher(self.searcher, self.settings, self.generation)

    @cached_property
    def explainer(self) -> Explainer:
        """Explains scores."""
        return Explainer(self.searcher.directory, self.searcher.scorer.matcher)

    @cached_property
    def verdicts(self) -> Feedback:
        """People's verdicts on pairs of columns."""
        from lakeindex.search.feedback import Feedback

        return Feedback(self.feedback_file, self.searcher.directory)

    @cached_property
    def catalog(self) -> Catalog:
        """The generation's catalog."""
        from lakeindex.catalog.catalog import Catalog

        return Catalog.open(self.generation.folder / CATALOG, self.settings.memory)

    @cached_property
    def tables(self) -> LakeTables:
        """The rows of the lake's tables, in DuckDB. Raises Refused where the index doesn't know their names."""
        self.require_names()
        from lakeindex.join.lake_tables import LakeTables

        return LakeTables(self.generation, self.catalog, self.searcher.directory, self.settings.memory)

    @cached_property
    def model(self) -> QueryEncoder:
        """The model that the index was built with."""
        from lakeindex.search.query_encoder import QueryEncoder

        return QueryEncoder(self.generation, self.settings)

    @cached_property
    def table_ids(self) -> list[TableId]:
        """The names of all tables, ascending."""
        return [
            TableId(str(name)) for name in self.catalog.fetch("SELECT table_id FROM tables ORDER BY 1")[0].to_pylist()
        ]

    @property
    def logical_hash(self) -> str:
        """The hash of the index's content, feedback included. Raises IndexDamaged when that can't be read."""
        return feedback_hash(self.generation.manifest.logical_hash, self.feedback_file.read())

    @property
    def feedback_file(self) -> FeedbackFile:
        """The file of people's verdicts on pairs."""
        return FeedbackFile(Path(self.settings.index))

    @property
    def kept_values(self) -> RawValues:
        """What the index keeps of the values that stand in the cells."""
        return RawValues(self.generation.manifest.settings["limits"]["raw"])

    @property
    def has_names(self) -> bool:
        """Whether the index keeps the names of tables and columns, and not only hashes of them."""
        return Names(self.generation.manifest.settings["limits"]["names"]) is Names.PLAIN

    def require_names(self) -> None:
        """Raise Refused where the index keeps hashes in place of names, and so can't reach the rows of the lake."""
        if not self.has_names:
            raise Refused(
                "the index was built with names = hash: it answers which columns join, but doesn't know the files they "
                "are in; index the lake with --names plain to read and join its rows"
            )

    def known_as(self, column: ColumnId) -> ColumnId:
        """Return a column as the index calls it, given its name in the lake, or what the index calls it already.

        Raises StaleArtifact where the index's hashes have another key than is set.
        """
        if self.has_names:
            return column
        directory, hasher = self.searcher.directory, self.profile_limits.name_hasher
        assert hasher is not None
        table = next(filter(directory.has_table, map(TableId, (column.table, *hasher.tables(column.table)))), None)
        if table is None:
            return column
        names = {directory.id_of(key).name for key in directory.keys_of_table(table).tolist()}
        return ColumnId(table, column.name if column.name in names else hasher.column(column.name))

    @property
    def root(self) -> Path:
        """The lake's folder."""
        return Path(self.generation.manifest.lake)

    @property
    def profile_limits(self) -> ProfileLimits:
        """How much the index keeps of a column. Raises StaleArtifact where its hashes have another key than is set."""
        from lakeindex.config.index_settings import limits_built_with

        return limits_built_with(self.generation.manifest.settings, self.settings)

    @property
    def budget(self) -> int:
        """The pairs that a cross-encoder may score for a query; none where the index keeps no values."""
        if self.kept_values is not RawValues.SAMPLE:
            return 0  # of names alone a cross-encoder knows less than the matcher
        return pair_budget(self.settings.budget, self.settings.cross_encoder)
