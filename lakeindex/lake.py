"""Lake: index a folder, ask what joins, look inside. Every flow starts here, one hop from its stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from lakeindex.build.read_table import ReadRows, read_file
from lakeindex.config.profile_limits import RawValues
from lakeindex.config.settings import Settings, calls_of
from lakeindex.open_index import OpenIndex
from lakeindex.search.answer import Answer
from lakeindex.store.generations import Checked, Generation, open_current, verify
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Match
from lakeindex.types.reports import Progress

if TYPE_CHECKING:
    from lakeindex.drift.broken_joins import WatchedJoins, WatchRules
    from lakeindex.join.bridge_table import Lookup
    from lakeindex.join.kinds import AsOf
    from lakeindex.join.plan import JoinPlan
    from lakeindex.search.scored_candidates import Found
    from lakeindex.types.columns import QueryColumn


def _silent(stage: str, done: int, total: int) -> None:
    """Report progress to nobody."""


class Lake(OpenIndex):
    """An indexed lake, open for questions; it sees one generation of the index from beginning to end."""

    @classmethod
    def index(
        cls,
        path: str | Path,
        index: str | Path | None = None,
        settings: Settings | None = None,
        progress: Progress = _silent,
    ) -> Lake:
        """Index the files below `path`, which are only read, and open the result.

        Raises NotFound when there is no such folder, LockHeld when another writer is at work.
        """
        from lakeindex.build.build_index import build_index
        from lakeindex.build.encoding import Model
        from lakeindex.encode.encoders import fingerprint, make_encoder
        from lakeindex.encode.named_models import remember_model
        from lakeindex.search.query_encoder import model_options

        settings = _with_index(settings, index)
        options = model_options(settings)
        model = Model(fingerprint(options), lambda: make_encoder(options))
        remember_model(options.model)
        report = build_index(Path(path), Path(settings.index), settings, model, progress)
        built = cls(open_current(Path(settings.index)), settings)
        built.report = replace(report, logical_hash=built.logical_hash)
        if built.feedback_file.stamp() is not None:
            built.searcher.labels()  # which takes a while in a new generation: nobody's question shall wait for it
        return built

    @classmethod
    def open(cls, index: str | Path | None = None, settings: Settings | None = None) -> Lake:
        """Open an index. Raises IndexMissing, IndexDamaged or StaleArtifact, each with the way out."""
        from lakeindex.store.sandbox_check import require_tried

        settings = _with_index(settings, index)
        generation = open_current(Path(settings.index))
        require_tried(Path(settings.index), generation)
        return cls(generation, settings)

    @staticmethod
    def verify(index: str | Path | None = None, settings: Settings | None = None) -> list[Checked]:
        """Compare every file of every generation with its checksum, the newest generation first.

        Raises IndexMissing where there is no index, IndexDamaged where it doesn't say which generation answers.
        """
        return list(verify(Path(_with_index(settings, index).index)))

    @staticmethod
    def rollback(
        index: str | Path | None = None, to: int | None = None, settings: Settings | None = None
    ) -> Generation:
        """Make the generation before answer again, or the one numbered `to`.

        Raises IndexMissing, NotFound where there is no such generation, IndexDamaged where it isn't whole.
        """
        from lakeindex.store.publishing import rollback

        return rollback(Path(_with_index(settings, index).index), to)

    def query(
        self,
        table: object,
        column: str,
        k: int = 10,
        probe: int | None = None,
        sources: Sequence[str] = (),
        min_probability: float = 0.0,
        budget: int | None = None,
        within: str = "",
    ) -> Answer:
        """Find the columns that join with a column.

        `table` is the name of a table of the lake, a Path to a file anywhere, or any object that offers an Arrow
        stream (pyarrow, polars, pandas, a DuckDB relation). The figures of the best `probe` (5 unless told
        otherwise) are counted in the source files; `sources` asks some sources alone, whose scores are no
        probabilities; matches less probable than `min_probability` are left out. The cross-encoder reads at most
        `budget` candidates, as many as the settings say unless told otherwise, none where the index keeps no values;
        only tables whose names match the glob `within` may answer.
        Raises NotFound for a table or column that isn't there, with the nearest names, StaleArtifact when the index's
        hashes have another key than the settings give.
        """
        found = self.reranking.search(self._query_column(table, column), k, self._calls(budget), sources, within)
        return self._answer(found, (5 if probe is None else probe) if isinstance(table, str) else 0, min_probability)

    def query_many(
        self,
        columns: Iterable[ColumnId],
        k: int = 10,
        probe: int = 0,
        sources: Sequence[str] = (),
        min_probability: float = 0.0,
        budget: int | None = None,
        within: str = "",
    ) -> Iterator[Answer]:
        """Answer for each of many columns of the lake as `query` does, in their order, several at a time."""
        queries = map(self.searcher.column, columns)
        for found in self.reranking.search_many(queries, k, self._calls(budget), sources, within):
            yield self._answer(found, probe, min_probability)

    def explain(self, left: ColumnId, right: ColumnId, budget: int | None = None) -> Match:
        """Tell what speaks for a join of two columns of the lake, whatever their rank, counted in the files."""
        return self.measured([self.reranking.explain(left, right, self._calls(budget))])[0]

    def accept(self, left: ColumnId, right: ColumnId, note: str = "") -> None:
        """Say that two columns join, whatever the index makes of them: that counts at once, and across all builds.

        Raises NotFound with the nearest names, InvalidSetting for columns of one table, LockHeld while somebody else
        goes on writing.
        """
        self.verdicts.give(left, right, True, note)

    def reject(self, left: ColumnId, right: ColumnId, note: str = "") -> None:
        """Say that two columns don't join; otherwise as `accept`."""
        self.verdicts.give(left, right, False, note)

    def withdraw(self, left: ColumnId, right: ColumnId) -> None:
        """Take back what was said of two columns. Raises NotFound where nothing was, LockHeld as `accept`."""
        self.verdicts.file.withdraw(left, right)

    def feedback(self) -> pa.Table:
        """List the pairs that were accepted or rejected, as FEEDBACK_SCHEMA, those of tables that are gone included."""
        return self.verdicts.to_arrow()

    def watch_joins(self, since: int | None = None, rules: WatchRules | None = None) -> WatchedJoins:
        """Find the confident joins that broke since an earlier generation, the one before unless told otherwise.

        Raises NotFound with the generations that are there.
        """
        from lakeindex.drift.broken_joins import WatchRules
        from lakeindex.drift.detect import watch_joins

        return watch_joins(self.generation, since, rules or WatchRules(), self.settings)

    def measured(self, matches: Sequence[Match]) -> list[Match]:
        """Count matches of one query in the source files; what can't be counted keeps its estimates, with a note."""
        from lakeindex.join.exact_check import measured

        return measured(matches, self.rows, self.rewriter)

    def join(
        self,
        left_table: str,
        left_column: str,
        right_table: str,
        right_column: str,
        match: str = "auto",
        precision: float = 0.9,
        how: str = "inner",
        also: Sequence[tuple[str, str]] = (),
        asof: AsOf | None = None,
    ) -> JoinPlan:
        """Plan the join of two columns of the lake: nothing is joined before the plan is asked for rows.

        `also` names up to two further pairs of columns, left and right, that have to meet together with these; `asof`
        says in which direction and how far apart the moments of a match "asof" may lie.
        Raises NotFound for a table or column that isn't there, with the nearest names, InvalidSetting for a match or
        a how that there isn't and for types that are never equal, UnreadableTable when a file is gone.
        """
        from lakeindex.join.choose import Chooser, Means
        from lakeindex.join.kinds import How, MatchKind, chosen
        from lakeindex.join.plan import JoinPlan, expected_of

        kind, kept = chosen(MatchKind, match, "match"), chosen(How, how, "how")
        ids = ColumnId(TableId(left_table), left_column), ColumnId(TableId(right_table), right_column)
        left, right = (self.rows.side(one, [pair[side] for pair in also]) for side, one in enumerate(ids))
        means = Means(self.model.reader_of_values, (lambda: ()) if also else partial(self._lookups, *ids))
        meeting, tried = Chooser(left, right, precision, means, asof).choose(kind)
        sketched = [self.searcher.column(column) for column in ids]
        known = int(self.generation.manifest.settings["limits"]["values"])
        expected = None if also else expected_of(sketched, meeting, known)
        return JoinPlan(left, right, kept, meeting, tried, self.rows.open_again, expected)

    def complements(
        self, left_table: str, left_column: str, right_table: str, right_column: str
    ) -> list[tuple[tuple[str, str], ...]]:
        """Find what makes a key of two columns that join: further pairs of columns, for the `also` of `join`.

        Each is as small as can be, of columns that join themselves, and identifies the rows of one of the two tables.
        """
        from lakeindex.join.find_bridges import complements_of

        left, right = ColumnId(TableId(left_table), left_column), ColumnId(TableId(right_table), right_column)
        return complements_of(self.searcher, (left, right), (self.rows.side(left), self.rows.side(right)))

    def sql(self, statement: str) -> pa.Table:
        """Run a SELECT on the lake's tables, each named by its path in double quotes."""
        return self.rows.database.query(statement, lambda: self.table_ids, self.rows.viewed)

    def tables(self) -> pa.Table:
        """List the tables: table, file, connector, rows, rejected, columns, notes."""
        from lakeindex.catalog.listing import list_tables

        return list_tables(self.catalog)

    def profile(self, table: str, column: str | None = None) -> pa.Table:
        """Show what the index knows of a table's columns, in the file's order, or of one column.

        `quantiles` are the 5th, 25th, 50th, 75th and 95th hundredths, `values` the most frequent ones.
        """
        from lakeindex.catalog.listing import list_profiles

        self.searcher.directory.keys_of_table(TableId(table))
        if column is not None:
            self.searcher.directory.key_of(ColumnId(TableId(table), column))
        return list_profiles(self.catalog, TableId(table), column)

    def read(self, table: str) -> ReadRows:
        """Read a table's rows as lakeindex understood them, out of its file."""
        from lakeindex.catalog.path_guard import lake_path, require_inside

        _, file = self.rows.table(TableId(table))
        path = lake_path(self.root, file)
        require_inside(path, self.root)
        return read_file(path, self.settings, file, table)

    def _answer(self, found: Found, probed: int, min_probability: float) -> Answer:
        matches = found.matches(self.searcher.directory)
        if probed:
            from lakeindex.join.exact_check import ranked

            matches = ranked([*self.measured(matches[:probed]), *matches[probed:]])
        likely = [match for match in matches if match.accepted is None or match.score >= min_probability]
        return Answer(found.query, tuple(likely), found.tried, len(matches) - len(likely))

    def _calls(self, budget: int | None) -> int:
        if self.kept_values is not RawValues.SAMPLE:
            return 0  # of names alone a cross-encoder knows less than the matcher
        return calls_of(self.settings.budget, self.settings.cross_encoder) if budget is None else budget

    def _lookups(self, left: ColumnId, right: ColumnId) -> Iterator[Lookup]:
        from lakeindex.join.bridge_table import Lookup
        from lakeindex.join.find_bridges import likely_lookups

        for of_left, of_right in likely_lookups(self.searcher, left, right):
            yield Lookup(self.rows.side(of_left), self.rows.side(of_right))

    def _query_column(self, table: object, column: str) -> QueryColumn:
        if isinstance(table, str):
            return self.searcher.column(ColumnId(TableId(table), column))
        from lakeindex.config.index_settings import limits_built_with
        from lakeindex.search.external_column import prepare_file_column, prepare_stream_column

        limits = limits_built_with(self.generation.manifest.settings, self.settings)
        if isinstance(table, Path):
            return prepare_file_column(table, column, self.settings, limits, self.model.to_vectors)
        return prepare_stream_column(table, column, limits, self.model.to_vectors)


def _with_index(settings: Settings | None, index: str | Path | None) -> Settings:
    settings = settings or Settings()
    return settings if index is None else replace(settings, index=str(index))
