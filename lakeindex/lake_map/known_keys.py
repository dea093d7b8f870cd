"""What is known of a table's keys before anything is inferred: what is declared, and what people decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lakeindex.catalog.directory import Directory
from lakeindex.lake_map.declared.declarations import DeclaredKeys
from lakeindex.lake_map.known_references import KnownReferences
from lakeindex.lake_map.relationship import Method
from lakeindex.types.lake import TableId

_Said = tuple[tuple[int, ...], Method, str]


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """Keys of a table that stay whatever is inferred."""

    said: Mapping[tuple[int, ...], tuple[Method, str]] = field(default_factory=dict)
    """How each became known, and who says so, by the places of its columns, which come in the order that was said."""
    remarks: tuple[str, ...] = ()
    """What couldn't be read of what is declared."""

    @classmethod
    def of(cls, directory: Directory, table: TableId, declared: DeclaredKeys, known: KnownReferences) -> KnownKeys:
        """Gather what is known of a table: of a key that is known in several ways, the first counts.

        These are what is declared of the table, what a declared reference refers to, and unique columns to which a
        reference refers that a person accepted.
        """
        first = int(directory.keys_of_table(table)[0])
        own = [*_declared(directory, table, declared), *_referred(directory, table, known)]
        said: dict[tuple[int, ...], tuple[Method, str]] = {}
        for keys, method, text in own:
            places = tuple(key - first for key in keys)
            if not any(set(places) == set(one) for one in said):
                said[places] = method, text
        return cls(said, declared.left_out)

    def has(self, places: tuple[int, ...]) -> bool:
        """Whether columns are a known key, in any order."""
        return any(set(places) == set(one) for one in self.said)


def _declared(directory: Directory, table: TableId, declared: DeclaredKeys) -> Iterator[_Said]:
    own = [one for one in declared.unique if one.columns[0].table == table]
    for one in sorted(own, key=lambda one: not one.is_primary):
        what = "the primary key" if one.is_primary else "unique"
        yield tuple(map(directory.key_of, one.columns)), Method.DECLARED, f"{one.where} declares it {what}"


def _referred(directory: Directory, table: TableId, known: KnownReferences) -> Iterator[_Said]:
    several = [(children, parents, Method.DECLARED) for children, parents in known.composite]
    several += [((child,), (parent,), method) for (child, parent), method in known.pairs.items() if method]
    own = set(directory.keys_of_table(table).tolist())
    for children, parents, method in sorted(several, key=lambda one: (one[2] is not Method.DECLARED, one[:2])):
        if not own.issuperset(parents):
            continue
        child = directory.id_of(children[0]).table
        if method is Method.DECLARED:
            yield parents, method, f"a declared reference of {child} refers to it"
        elif directory.facts.is_key[parents[0]]:
            yield parents, method, f"{child} refers to it, as was accepted"
