"""A transformation of one column into another, and the join condition that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from lakeindex.join.condition import MAPPING_SCHEMA, VALUE, ByExpression, ByMapping, JoinCondition
from lakeindex.join.transform.program import Program
from lakeindex.join.transform.two_columns import connect_sandboxed


@dataclass(frozen=True, slots=True)
class Transformation:
    """Programs that turn the values of one column into values of another."""

    programs: tuple[Program, ...]
    """In order: the first one whose output is a value of the other side counts."""
    is_of_left: bool
    """Whether the left values are rewritten."""
    coverage: float
    """The share of the rewritten side's distinct values that become a value of the other side."""
    precision: float
    """The estimated share of the pairs that are right."""
    matched: float = 0.0
    """The share of the left distinct values that match a right one."""
    pairs: pa.Table = field(default_factory=MAPPING_SCHEMA.empty_table, repr=False, compare=False)
    """MAPPING_SCHEMA: the distinct values of both columns that match; the probability of each pair is the precision."""
    held_out: int = 0
    """Hits of values that the programs were not synthesised from; 0 where these say no more than chance."""

    def apply(self, values: pa.Array[Any]) -> pa.Array[Any]:
        """Rewrite a column: large_string, null where no program applies.

        Of several programs the first that applies counts, as the other side isn't known here, unlike in `pairs`.
        """
        rewritten = f"coalesce({', '.join(program.sql('value') for program in self.programs)}, NULL)"
        with connect_sandboxed() as connection:
            connection.register("incoming", pa.table({"value": values.cast(pa.large_string())}))
            table = connection.sql(f"SELECT {rewritten} AS value FROM incoming").to_arrow_table()
        column = table.column(0).cast(pa.large_string()).combine_chunks()
        assert isinstance(column, pa.Array)
        return column

    def describe(self) -> str:
        """Describe for people which side is rewritten, and how."""
        side = "left" if self.is_of_left else "right"
        return f"{side} value: " + "; or else ".join(program.describe() for program in self.programs)


def condition_of(transformation: Transformation) -> JoinCondition:
    """Return the condition: by an expression for a single program, by a mapping of distinct values for several."""
    rule: ByExpression | ByMapping = ByMapping(transformation.pairs)
    if len(transformation.programs) == 1:
        rewritten = f"lower(trim({transformation.programs[0].sql(VALUE)}))"
        plain = f"nullif(lower(trim({VALUE})), '')"
        rule = ByExpression(rewritten, plain) if transformation.is_of_left else ByExpression(plain, rewritten)
    return JoinCondition(
        "transform", rule, transformation.precision, transformation.matched, transformation.describe(),
        is_promised=transformation.held_out > 0,
    )  # fmt: skip
