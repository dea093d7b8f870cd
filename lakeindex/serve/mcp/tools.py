"""The tools: what an agent can ask of a lake. Each docstring is what the agent reads of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from lakeindex.errors import LakeIndexError
from lakeindex.lake import Lake
from lakeindex.lake.paths import PathRequest
from lakeindex.serve.answers.matches import answer_to_json, explanation_to_json
from lakeindex.serve.answers.planned_join import join_to_json
from lakeindex.serve.answers.shown_columns import shown_places
from lakeindex.serve.answers.withheld import why_withheld, without_cells
from lakeindex.serve.http.served_lake import ServedLake
from lakeindex.serve.mcp.results import (
    MOST_COLUMNS,
    MOST_MATCHES,
    MOST_NAMES,
    MOST_PATHS,
    MOST_RELATIONSHIPS,
    MOST_ROWS,
    Explanation,
    Found,
    JoinPreview,
    Partners,
    Paths,
    Profile,
    Relationships,
)
from lakeindex.serve.mcp.shorten import (
    clipped,
    hop_of,
    partner_of,
    profiled,
    relationship_of,
    statement_that_fits,
)
from lakeindex.types.lake import ColumnId, TableId

Name = Annotated[str, Field(max_length=1_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Matches = Annotated[int, Field(ge=1, le=MOST_MATCHES)]
Rows = Annotated[int, Field(ge=0, le=MOST_ROWS)]
Hops = Annotated[int, Field(ge=1, le=4)]


@dataclass(frozen=True, slots=True)
class LakeTools:
    """The tools on a served lake, for who may see the `allowed` tables, None for all."""

    served: ServedLake
    allowed: Sequence[str] | None

    def all(self) -> tuple[Callable[..., Any], ...]:
        """Return every tool."""
        return (
            self.find_tables, self.find_joinable_columns, self.explain_join, self.relationships, self.join_path,
            self.preview_join, self.profile_table,
        )  # fmt: skip

    def find_tables(self, text: Name = "") -> Found:
        """Find tables and columns by words in their names. Begin here: other tools take the names that this one gives.

        Without text, the first 50 tables are listed. At most 50 tables and 50 columns come, with the counts of all.
        """
        with self._lake() as lake:
            directory, ids = lake.opened.searcher.directory, lake.opened.table_ids
            found = lake.find_names(text, MOST_NAMES) if text.split() else None
            tables = ids[:MOST_NAMES] if found is None else found.tables
            return {
                "tables": [_table(directory, one) for one in tables],
                "table_count": len(ids) if found is None else found.table_count,
                "columns": [] if found is None else [{"table": one.table, "column": one.name} for one in found.columns],
                "column_count": 0 if found is None else found.column_count,
                "nearest": [] if found is None else list(found.nearest),
            }

    def find_joinable_columns(self, table: Name, column: Name, k: Matches = 10, within: Name = "") -> Partners:
        """Find the columns of other tables that join with a column, best first, at most 25.

        `probability` is calibrated: of matches with .8, eight in ten join. Use those that are `accepted`, and check
        others with explain_join. `matched` is the share of the column's distinct values that meet a value of the other
        when they are joined by `match` (exact, normalised, temporal, transform, fuzzy, semantic), counted in the files
        where `counted` is true, else estimated. `cardinality` is this column's side first. `within` is a glob over the
        tables that may answer.
        """
        with self._lake() as lake:
            withheld = why_withheld(lake)
            content = answer_to_json(lake.query(table, column, k, within=within))
            content = without_cells(content) if withheld else content
            return {
                "query": content["query"],
                "partners": [partner_of(one) for one in content["matches"]],
                "note": withheld or ("" if content["matches"] else "nothing joins with it"),
            }

    def explain_join(self, left_table: Name, left_column: Name, right_table: Name, right_column: Name) -> Explanation:
        """Explain why two columns join, or why they don't: at most six reasons, whose parts sum to the probability."""
        with self._lake() as lake:
            withheld = why_withheld(lake)
            content = explanation_to_json(lake.explain(left_table, left_column, right_table, right_column))
            content = without_cells(content) if withheld else content
            return {
                "probability": content["score"],
                "accepted": bool(content["accepted"]),
                "kind": content["kind"],
                "match": content["match"],
                "matched": content["matched"],
                "cardinality": content["cardinality"],
                "reasons": [
                    {"part": one["part"], "name": one["name"], "says": one["says"]} for one in content["reasons"]
                ],
                "note": withheld or content.get("note", ""),
            }

    def relationships(self, table: Name = "", min_probability: Share = 0.5) -> Relationships:
        """List which columns refer to which keys (foreign keys), of one table or of all, at most 50, with the count."""
        with self._lake() as lake:
            if table:
                table = lake.opened.known_as(ColumnId(TableId(table), "")).table
                lake.opened.searcher.directory.keys_of_table(TableId(table))
            rows = lake.relationships(min_probability).to_arrow().to_pylist()
            found = [row for row in rows if table in ("", row["child_table"], row["parent_table"])]
            best = sorted(found, key=lambda row: -row["probability"])[:MOST_RELATIONSHIPS]
            return {"relationships": [relationship_of(row) for row in best], "count": len(found)}

    def join_path(self, first_table: Name, last_table: Name, hops: Hops = 3) -> Paths:
        """Find how two tables join through others, at most five paths: one entry a hop, `rank` 1 is the most likely."""
        with self._lake() as lake:
            found = lake.paths(first_table, last_table, PathRequest(hops, MOST_PATHS))
            rows = found.to_arrow().to_pylist()
            return {"hops": [hop_of(row) for row in rows], "note": "; ".join([found.describe(), *found.notes()])}

    def preview_join(
        self, left_table: Name, left_column: Name, right_table: Name, right_column: Name, how: Name = "inner",
        match: Name = "auto", rows: Rows = 5,
    ) -> JoinPreview:  # fmt: skip
        """Plan a join of two columns and show its first rows: at most 20, of 40 columns, the two among them.

        `precision` is the share of joined pairs that are expected to be right, null where that can't be promised.
        `how`: inner, left, full, anti. `sql` runs in DuckDB without lakeindex and gives all rows; one of more than
        10,000 characters is left out, and `note` says so. Nothing is written.
        """
        with self._lake() as lake:
            plan = lake.join(left_table, left_column, right_table, right_column, match, how=how)
            content = join_to_json(plan, rows, why_withheld(lake))
            promised, names = content["promised"], content["columns"]
            places = shown_places(plan, len(names), MOST_COLUMNS)
            sql, note = statement_that_fits(content["sql"], content["remark"])
            return {
                "says": content["says"],
                "match": content["match"],
                "precision": content["precision"],
                "expected_rows": promised["rows"]["expected"],
                "match_rate": promised["match_rate"]["expected"],
                "multiplies": promised["multiplies"],
                "columns": [names[place] for place in places],
                "rows": [[clipped(row[place]) for place in places] for row in content["rows"]],
                "columns_left_out": len(names) - len(places),
                "sql": sql,
                "note": note,
            }

    def profile_table(self, table: Name, column: Name = "") -> Profile:
        """Show what the columns of a table hold, at most 40: type, rows, nulls, distinct values, range, examples."""
        with self._lake() as lake:
            rows = lake.profile(table, column or None).to_pylist()
            shown = list(map(profiled, rows[:MOST_COLUMNS]))
            return {"table": table, "columns": shown, "column_count": len(rows), "note": why_withheld(lake)}

    @contextmanager
    def _lake(self) -> Iterator[Lake]:
        """Give the lake; what lakeindex raises on purpose is told to the agent, with the nearest names."""
        try:
            with self.served.answering(self.allowed) as lake:
                yield lake
        except LakeIndexError as error:
            raise ToolError(str(error)) from error


def _table(directory: Any, table: TableId) -> Any:
    names = [directory.id_of(key).name for key in directory.keys_of_table(table).tolist()]
    return {"table": table, "column_count": len(names), "columns": names[:MOST_COLUMNS]}
