"""A transformation that was found, and the meeting that it makes of two columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from lakeindex.join.condition import MAPPING_SCHEMA, VALUE, ByExpression, ByMapping, Meeting
from lakeindex.join.transform.program import Program
from lakeindex.join.transform.two_columns import connected


@dataclass(frozen=True, slots=True)
class Transformation:
    """Programs that turn the values of one column into values of another."""

    programs: tuple[Program, ...]
    """Tried in order: the first whose output stands on the other side counts."""
    is_of_left: bool
    """Whether it is the left value that is rewritten."""
    coverage: float
    """The share of the rewritten side's distinct values that reach one of the other."""
    precision: float
    """The estimated share of the pairs that are right."""
    matched: float = 0.0
    """The share of the left distinct values that meet a right one."""
    pairs: pa.Table = field(default_factory=MAPPING_SCHEMA.empty_table, repr=False, compare=False)
    """MAPPING_SCHEMA: the distinct values of both columns that meet; the probability of each is the precision."""

    def apply(self, values: pa.Array[Any]) -> pa.Array[Any]:
        """Rewrite a column: large_string, null where no program applies.

        Of several programs the first that applies counts, as the other side isn't known here: `pairs` has what meets.
        """
        rewritten = f"coalesce({', '.join(program.sql('value') for program in self.programs)}, NULL)"
        with connected() as connection:
            connection.register("incoming", pa.table({"value": values.cast(pa.large_string())}))
            table = connection.sql(f"SELECT {rewritten} AS value FROM incoming").to_arrow_table()
        column = table.column(0).cast(pa.large_string()).combine_chunks()
        assert isinstance(column, pa.Array)
        return column

    def told(self) -> str:
        """Say for people what is done to which side."""
        side = "left" if self.is_of_left else "right"
        return f"{side} value: " + "; or else ".join(program.told() for program in self.programs)


def meeting_of(transformation: Transformation) -> Meeting:
    """Make the meeting: by an expression for a single program, by a mapping of the distinct values for several."""
    way: ByExpression | ByMapping = ByMapping(transformation.pairs)
    if len(transformation.programs) == 1:
        rewritten = f"lower(trim({transformation.programs[0].sql(VALUE)}))"
        plain = f"nullif(lower(trim({VALUE})), '')"
        way = ByExpression(rewritten, plain) if transformation.is_of_left else ByExpression(plain, rewritten)
    return Meeting("transform", way, transformation.precision, transformation.matched, transformation.told())
