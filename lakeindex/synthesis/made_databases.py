"""Make databases of real tables, in which every foreign key is known: tables are split, and linked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.synthesis.key_naming import MEASURES, Case, KeyNaming
from lakeindex.synthesis.source_tables import Source
from lakeindex.synthesis.value_shapes import ValueShape
from lakeindex.types.names import words_of

_MOST_COLUMNS, _MOST_ROWS = 9, 3_000
_NO_DIMENSIONS = (ValueShape.BOOLEAN, ValueShape.EMPTY, ValueShape.DECIMAL, ValueShape.DATE, ValueShape.TEXT)
Texts = Any


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A foreign key: the columns of a table, and those of the key that they refer to."""

    child: str
    child_columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]


@dataclass(slots=True, eq=False)
class MadeKeyTable:
    """A table in the making: its columns as texts."""

    name: str
    stem: str
    columns: dict[str, Texts]
    natural: set[str] = field(default_factory=set)
    """The columns whose values are those of a source."""
    key: str = ""

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(next(iter(self.columns.values())))

    def prefix_columns(self, case: Case) -> dict[str, str]:
        """Put the initials of the table before the names of its columns; return the new name of each."""
        initials = "".join(word[0] for word in words_of(self.name).split())
        renamed = {name: case.write(f"{initials} {words_of(name)}") for name in self.columns}
        if len(set(map(str.lower, renamed.values()))) < len(renamed):
            renamed = {name: f"{initials}_{name}" for name in self.columns}
        self.columns = {renamed[name]: values for name, values in self.columns.items()}
        self.natural, self.key = {renamed[name] for name in self.natural & set(renamed)}, renamed.get(self.key, "")
        return renamed

    def add(self, name: str, values: Texts, at: int | None = None) -> str:
        """Add a column under a free name, which is returned."""
        taken = {one.lower() for one in self.columns}
        while name.lower() in taken:
            name += "_2"
        items = list(self.columns.items())
        items.insert(len(items) if at is None else at, (name, values))
        self.columns = dict(items)
        return name


@dataclass(frozen=True, slots=True, eq=False)
class MadeDatabase:
    """Tables of texts with their primary and foreign keys."""

    tables: dict[str, pa.Table]
    primary: dict[str, str]
    """The key column of each table that has one."""
    foreign: tuple[MadeKey, ...]
    natural: frozenset[tuple[str, str]]
    """The columns, by table and name, with the values of a source: of two of these it is unknown what they are."""


def make_database(sources: Sequence[Source], seed: int) -> MadeDatabase:
    """Make a database of some tables; the same sources and seed make the same."""
    maker = _Maker(np.random.default_rng(seed))
    for source in sources:
        maker.add_entity(source)
    for _ in range(int(maker.rng.integers(1, 4))):
        maker.link_two()
    maker.finish()
    if maker.naming.has_prefixes:
        maker.prefix()
    tables = {one.name: pa.table(one.columns) for one in maker.tables}
    primary = {one.name: one.key for one in maker.tables if one.key}
    natural = frozenset((one.name, name) for one in maker.tables for name in one.natural)
    return MadeDatabase(tables, primary, tuple(maker.keys), natural)


class _Maker:
    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.naming = KeyNaming.draw(rng)
        self.median = float(rng.choice([2.4, 2.7, 3.5, 5.0, 6.5]))
        self.tables: list[MadeKeyTable] = []
        self.keys: list[MadeKey] = []

    def add_entity(self, source: Source) -> None:
        """Take rows and columns of a source as a table, and split what depends on one of its columns from it."""
        able = [one for one in source.columns if one.shape is not ValueShape.EMPTY]
        if not able or source.rows < 4:
            return
        chosen = np.sort(self.rng.permutation(len(able))[:_MOST_COLUMNS]).tolist()
        rows = self._some_rows(source.rows)
        stem = self.naming.stem_of(source.name)
        table = MadeKeyTable(self._free(self.naming.table(stem)), stem, {})
        recased = self.rng.random() < 0.7
        for one in (able[place] for place in chosen):
            name = self.naming.recased(one.name) if recased else one.name
            table.natural.add(table.add(name, one.texts().take(rows)))
        named = dict(zip(list(table.columns), (able[place] for place in chosen), strict=True))
        splits = [name for name, one in named.items() if self._may_split(one, rows)]
        self.tables.append(table)
        for place in self.rng.permutation(len(splits))[: int(self.rng.integers(0, 3))].tolist():
            self._split(table, splits[place], named[splits[place]])
        if self.rng.random() < 0.8:
            self._give_key(table)

    def _may_split(self, column: Any, rows: Integers) -> bool:
        distinct = len(np.unique(column.codes[rows][column.codes[rows] >= 0]))
        return column.shape not in _NO_DIMENSIONS and 2 <= distinct <= 0.8 * len(rows)

    def _split(self, table: MadeKeyTable, name: str, column: Any) -> None:
        """Move a column, and what depends on it, into a table of its own."""
        is_taken = any(key.child == table.name and name in key.child_columns for key in self.keys)
        if is_taken or name not in table.columns or len(table.columns) < 2:
            return
        values = table.columns[name]
        referring = {one for key in self.keys if key.child == table.name for one in key.child_columns}
        free = [one for one in table.columns if one != name and one in table.natural - referring]
        dependents = [one for one in free if _depends(values, table.columns[one])]
        stem = self.naming.stem_of(name) if self.rng.random() < 0.85 else self.naming.stem_of("kind of " + table.stem)
        known = pc.unique(values.drop_null())
        beyond = _without(column.distinct, known)[: int(len(known) * self.rng.choice([0, 0, 0.2, 1.0, 4.0]))]
        domain = pa.concat_arrays([known, beyond]).take(self.rng.permutation(len(known) + len(beyond)))
        parent = MadeKeyTable(self._free(self.naming.table(stem)), stem, {})
        own = parent.add(name, domain)
        parent.natural.add(own)
        for one in dependents[:4]:
            first = pc.index_in(domain, values)
            parent.natural.add(parent.add(one, table.columns.pop(one).take(first)))
        self.tables.append(parent)
        if self.rng.random() < 0.35 and column.shape not in (ValueShape.YEAR,):
            parent.key = own
            child = name if self.rng.random() < 0.5 else self._renamed(table, name, stem, own)
            self.keys.append(MadeKey(table.name, (child,), parent.name, (own,)))
            return
        self._give_key(parent)
        references = parent.columns[parent.key].take(pc.index_in(values, domain))
        place = list(table.columns).index(name)
        del table.columns[name]
        table.natural.discard(name)
        self._refer(table, parent, references, place)

    def _renamed(self, table: MadeKeyTable, name: str, stem: str, key: str) -> str:
        place, values = list(table.columns).index(name), table.columns.pop(name)
        table.natural.discard(name)
        renamed = table.add(
            self.naming.case.write(self.naming.reference(stem, " ".join(key.lower().split("_")))), values, place
        )
        table.natural.add(renamed)
        return renamed

    def _refer(self, child: MadeKeyTable, parent: MadeKeyTable, values: Texts, place: int | None = None) -> str:
        own = self._words_of_key(parent)
        words = self.naming.reference(parent.stem, own)
        name = child.add(self.naming.case.write(words), values, place)
        self.keys.append(MadeKey(child.name, (name,), parent.name, (parent.key,)))
        return name

    def _words_of_key(self, table: MadeKeyTable) -> str:
        return self.naming.key(table.stem) if table.key not in table.natural else table.key.lower().replace("_", " ")

    def _give_key(self, table: MadeKeyTable) -> None:
        """Give a table a key of numbers, or of codes, at its beginning."""
        if table.key:
            return
        able = [one for one in list(table.columns)[:2] if one in table.natural and _is_key(table.columns[one])]
        if able and self.rng.random() < 0.5:
            table.key = able[0]
            return
        rows, draw = table.rows, self.rng.random()
        start = 1 if draw < 0.7 else int(self.rng.choice([0, 100, 101, 1000, 1001, 10_000]))
        numbers = np.arange(start, start + rows)
        if draw > 0.9:
            numbers = np.sort(self.rng.choice(max(10 * rows, 1_000), rows, replace=False))
        if self.rng.random() < 0.25:
            numbers = self.rng.permutation(numbers)
        texts = pa.array(numbers).cast(pa.large_string())
        if self.rng.random() < 0.08:
            prefix, nothing = (pa.scalar(one, pa.large_string()) for one in (table.stem[:2].upper(), ""))
            texts = _join(prefix, pc.utf8_lpad(texts, 4, "0"), nothing)
        at = 0 if self.rng.random() < 0.8 else int(self.rng.integers(0, len(table.columns) + 1))
        table.key = table.add(self.naming.case.write(self.naming.key(table.stem)), texts.cast(pa.large_string()), at)

    def link_two(self) -> None:
        """Let rows of a table refer to those of another, as a column or by a table between."""
        keyed = [one for one in self.tables if one.key]
        if not keyed or not self.tables:
            return
        parent = keyed[int(self.rng.integers(len(keyed)))]
        child = self.tables[int(self.rng.integers(len(self.tables)))]
        draw = self.rng.random()
        if draw < 0.15:
            self._add_above(parent)
        elif draw < 0.3:
            self._add_details(parent)
        elif draw < 0.6 and child is not parent and child.key:
            self._add_link(parent, child)
        elif child is not parent and not self._leads(parent, child):
            times = 2 if self.rng.random() < 0.2 else 1
            for _ in range(times):
                self._refer(child, parent, self._draw(parent, child.rows))

    def _leads(self, one: MadeKeyTable, other: MadeKeyTable) -> bool:
        """Whether a table refers to another, over any number of tables."""
        reached, found = {one.name}, -1
        while found != len(reached):
            found = len(reached)
            reached |= {key.parent for key in self.keys if key.child in reached}
        return other.name in reached

    def _draw(self, parent: MadeKeyTable, rows: int, share_null: float | None = None) -> Texts:
        """Draw values of a key, some more often than others, some never, some that no row has."""
        keys = parent.columns[parent.key]
        order = self.rng.permutation(len(keys)) if self.rng.random() < 0.7 else np.arange(len(keys))
        able = order[: max(1, int(len(keys) * self.rng.choice([0.03, 0.1, 0.3, 0.6, 0.9, 1.0, 1.0])))]
        weights: Floats = 1 / (1 + np.arange(len(able))) ** float(self.rng.choice([0.0, 0.5, 1.0]))
        places = able[self.rng.choice(len(able), rows, p=weights / weights.sum())]
        nulls = float(self.rng.choice([0, 0, 0, 0.1, 0.4, 0.8])) if share_null is None else share_null
        values = keys.take(pa.array(places, mask=self.rng.random(rows) < nulls))
        return self._with_orphans(values, keys) if self.rng.random() < 0.15 else values

    def _with_orphans(self, values: Texts, keys: Texts) -> Texts:
        """Put values that look like the others, and are no keys, in the place of some."""
        share = float(self.rng.choice([0.02, 0.05, 0.1, 0.3]))
        others = self.rng.integers(1, 20 * len(keys) + 2, len(values))
        is_number = bool(pc.all(pc.match_substring_regex(keys, r"^\d+$")).as_py())
        strangers = pa.array(others).cast(pa.large_string())
        if not is_number:
            longer = _join(keys.take(pa.array(others % len(keys))), strangers, pa.scalar("", pa.large_string()))
            strangers = longer
        return pc.if_else(pa.array(self.rng.random(len(values)) < share), strangers, values)

    def _add_above(self, table: MadeKeyTable) -> None:
        if table.rows < 3:
            return
        rows = np.arange(table.rows)
        above = np.array([int(self.rng.integers(0, max(one, 1))) for one in range(table.rows)])
        mask = (rows == 0) | (self.rng.random(table.rows) < self.rng.choice([0.05, 0.3]))
        values = table.columns[table.key].take(pa.array(above, mask=mask))
        name = table.add(self.naming.case.write(self.naming.above(table.stem, self._words_of_key(table))), values)
        self.keys.append(MadeKey(table.name, (name,), table.name, (table.key,)))

    def _add_details(self, parent: MadeKeyTable) -> None:
        """Add a table with one row for some rows of another."""
        kept = np.sort(self.rng.permutation(parent.rows)[: max(2, int(parent.rows * self.rng.choice([0.4, 0.7, 1.0])))])
        stem = (
            f"{parent.stem} {self.rng.choice(['detail', 'profile', 'extra', 'info', 'address', 'account', 'member'])}"
        )
        table = MadeKeyTable(self._free(self.naming.table(stem)), stem, {})
        renamed = self.naming.case.write(self.naming.reference(parent.stem, self._words_of_key(parent)))
        name = parent.key if self.rng.random() < 0.6 else renamed
        name = table.add(name, parent.columns[parent.key].take(kept))
        self._add_measures(table, len(kept), 2)
        table.key = name
        self.tables.append(table)
        self.keys.append(MadeKey(table.name, (name,), parent.name, (parent.key,)))

    def _add_link(self, one: MadeKeyTable, other: MadeKeyTable) -> None:
        """Add a table that relates the rows of two."""
        rows = min(max(3, int(np.exp(self.rng.normal(self.median, 0.7)))), one.rows * other.rows, _MOST_ROWS)
        stem = (
            f"{one.stem} {other.stem}"
            if self.rng.random() < 0.5
            else str(
                self.rng.choice(
                    ["assignment", "membership", "participation", "event", "order", "usage", "enrollment", "visit"]
                )
            )
        )
        table = MadeKeyTable(self._free(self.naming.table(stem)), stem, {"x": pa.nulls(rows, pa.large_string())})
        for parent in (one, other):
            self._refer(table, parent, self._draw(parent, rows, 0.0))
        del table.columns["x"]
        self._add_measures(table, rows, int(self.rng.integers(0, 3)))
        self.tables.append(table)
        if self.rng.random() < 0.4:
            self._give_key(table)

    def _add_measures(self, table: MadeKeyTable, rows: int, count: int) -> None:
        for _ in range(count):
            most = int(self.rng.choice([3, 5, 10, 30, 100, 1_000]))
            values = pa.array(self.rng.integers(0 if self.rng.random() < 0.3 else 1, most + 1, rows)).cast(
                pa.large_string()
            )
            table.add(self.naming.case.write(str(self.rng.choice(MEASURES))), values)

    def finish(self) -> None:
        """Add what only looks like a key."""
        for table in self.tables:
            if self.rng.random() < 0.4:
                self._add_measures(table, table.rows, int(self.rng.integers(1, 3)))
            if self.rng.random() < 0.1 and table.key:
                self._add_measures(table, table.rows, 1)

    def prefix(self) -> None:
        """Put the initials of each table before the names of its columns."""
        renamed = {one.name: one.prefix_columns(self.naming.case) for one in self.tables}
        self.keys = [
            MadeKey(
                key.child,
                tuple(renamed[key.child][name] for name in key.child_columns),
                key.parent,
                tuple(renamed[key.parent][name] for name in key.parent_columns),
            )
            for key in self.keys
        ]

    def _some_rows(self, rows: int) -> Integers:
        count = int(np.clip(np.exp(self.rng.normal(self.median, 0.6)), 4, min(rows, _MOST_ROWS)))
        if self.rng.random() < 0.5:
            return np.sort(self.rng.permutation(rows)[:count])
        start = int(self.rng.integers(0, rows - count + 1))
        return np.arange(start, start + count)

    def _free(self, name: str) -> str:
        taken = {one.name.lower() for one in self.tables}
        while name.lower() in taken:
            name += "_2"
        return name


def _depends(values: Texts, others: Texts) -> bool:
    """Return whether each value of a column goes with one value of another."""
    together = pa.table({"one": values, "other": others}).group_by(["one", "other"]).aggregate([])
    return together.num_rows == len(pc.unique(values))


def _join(*texts: Any) -> Texts:
    return pc.binary_join_element_wise(*texts)


def _is_key(values: Texts) -> bool:
    return values.null_count == 0 and len(pc.unique(values)) == len(values)


def _without(values: Texts, some: Texts) -> Texts:
    return values.filter(pc.invert(pc.is_in(values, value_set=some)))
