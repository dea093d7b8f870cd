"""Protocols of the parts that can be replaced from outside, each with one to five methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from lakeindex.arrays.aliases import Floats, Integers
    from lakeindex.types.columns import CrossInput, QueryColumn
    from lakeindex.types.lake import LakeFile, ReadOptions, RowCount, RowRange, Rows, SourceTable
    from lakeindex.types.pairs import Pairs


@runtime_checkable
class Connector(Protocol):
    """Read tables out of one kind of file.

    Found through the entry-point group `lakeindex.connectors`; made without arguments, so it holds no state.
    """

    suffixes: frozenset[str]
    """Lower-case endings of file names that it reads, with the dot: `.csv`, `.csv.gz`."""

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        """List the tables in `file` with their schemas, reading no more of it than that takes.

        Raises UnreadableTable when the file as a whole can't be understood.
        """
        ...

    def read(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> Rows:
        """Read the rows of one of its tables, in the file's order, in batches of at most `options.batch_rows`.

        Raises UnreadableTable, here or from the iterator, when the rows can't be read.
        """
        ...


@runtime_checkable
class RangedConnector(Protocol):
    """Read tables by ranges of their rows, so that several processes share one: what a connector may also be able to.

    The rows of all ranges, one range after the other, are those that `Connector.read` gives, and so are the rejected
    ones and the scan; the notes stand in each range.
    """

    def ranges(self, file: LakeFile, table: SourceTable, options: ReadOptions, size: int) -> Sequence[RowRange]:
        """Split a table's rows into ranges of about `size` bytes of the file, in order; none where it can't be split.

        It may read the file to its end for that. Raises UnreadableTable when the file can't be opened.
        """
        ...

    def read_range(self, file: LakeFile, table: SourceTable, span: RowRange, options: ReadOptions) -> Rows:
        """Read the rows of a range, as `Connector.read` reads those of the table; a reader needs no other range.

        Raises UnreadableTable, here or from the iterator, when the file is no longer what it was split as.
        """
        ...


@runtime_checkable
class SampledConnector(Protocol):
    """Read a sample of a table's rows: what a connector may also be able to, for tables that can't be read whole."""

    def count(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> RowCount | None:
        """Return how many rows a table has, without reading all of it; None where only all of it can be read.

        Raises UnreadableTable when the file can't be opened.
        """
        ...

    def sample(self, file: LakeFile, table: SourceTable, options: ReadOptions, seed: int) -> Rows:
        """Read about `options.sample_rows` rows of a table that `count` gave more; the same for the same seed.

        Every batch is a block of neighbouring rows, and the blocks lie all over the table. `Rows.sampled_of`, set from
        the start, is final when the batches are exhausted. Raises UnreadableTable, here or from the iterator.
        """
        ...


@runtime_checkable
class Encoder(Protocol):
    """Turn the texts of columns into vectors."""

    @property
    def fingerprint(self) -> str:
        """Name the model and what of it decides the vectors; vectors of two fingerprints are never compared."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Encode each text to a unit vector, (n, dimension); equal texts give equal vectors."""
        ...


@runtime_checkable
class CandidateSource(Protocol):
    """Propose columns of the lake that may join with a query column."""

    name: str

    def candidates(self, query: QueryColumn, limit: int) -> Integers:
        """Return the keys of at most `limit` columns, best first, none of `query.elsewhere`."""
        ...

    def scores(self, query: QueryColumn, pairs: Pairs) -> Floats:
        """Return how well each pair joins by this source alone, (n,), in [0, 1]."""
        ...


@runtime_checkable
class Reranker(Protocol):
    """Score pairs of columns, both together, as a cross-encoder does."""

    @property
    def fingerprint(self) -> str:
        """Name the model and what of it decides the scores."""
        ...

    def scores(self, queries: CrossInput, columns: CrossInput, left: Integers, right: Integers) -> Floats:
        """Return the score of each pair of places, (p,), in log-odds of a join but for a constant."""
        ...
