from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.integrate.link.link_by_tables import link_by_tables
from lakeindex.integrate.link.shared_attributes import linkable_pairs
from lakeindex.integrate.records import Records
from tests.integrate.link.records_of import aligned_by_name, records

SYLLABLES = np.array([first + second for first in "bdfgklmnprstvz" for second in "aeiou"])


def words(count: int, syllables: int, seed: int) -> list[str]:
    drawn = np.random.default_rng(seed).choice(SYLLABLES, (count, syllables))
    return ["".join(row) for row in drawn.tolist()]


NAMES = [f"{first} {second}" for first, second in zip(words(600, 3, 1), words(600, 4, 2), strict=True)]
TOWNS = words(600, 4, 3)


def people(table: str, chosen: range, other: str) -> Records:
    """Make rows that two tables share by name and town; another column differs between tables."""
    names, towns = [NAMES[at] for at in chosen], [TOWNS[at] for at in chosen]
    return records(table, name=names, town=towns, **{other: [f"{other} {at * 13 % 101}" for at in chosen]})


def lake(sizes: int = 300) -> list[Records]:
    return [
        people("a", range(sizes), "colour"),
        people("b", range(sizes // 2, sizes + sizes // 2), "shape"),
        people("c", range(sizes // 3, sizes + sizes // 3), "colour"),
        records("d", city=NAMES[500:540], mayor=TOWNS[500:540]),
        records("e", city=NAMES[520:560], mayor=TOWNS[520:560]),
    ]


def found_pairs(links: pa.Table, tables: list[Records]) -> set[tuple[str, str]]:
    """Return the pairs that are likely, each tuple as its table and its first value."""
    named = [f"{one.table}: {value}" for one in tables for value in one.texts(one.names[0]).to_pylist()]
    likely = links.filter(pc.greater_equal(links["probability"], 0.5))
    return {
        (named[left], named[right])
        for left, right in zip(likely["left"].to_pylist(), likely["right"].to_pylist(), strict=True)
    }


def test_tables_are_compared_in_what_both_have_and_apart_from_those_that_share_nothing() -> None:
    tables = lake()
    parts = list(linkable_pairs(tables, aligned_by_name(tables)))
    shared = [
        sorted(
            (tuple(group.alignment.names()), *pair)
            for group in part
            for pair in zip(group.left, group.right, strict=True)
        )
        for part in parts
    ]
    assert shared == [
        [(("name", "town"), 0, 1), (("name", "town"), 1, 2), (("name", "town", "colour"), 0, 2)],
        [(("city", "mayor"), 3, 4)],
    ]


def test_the_same_rows_of_two_tables_are_linked() -> None:
    tables = lake()[:2]
    found = found_pairs(link_by_tables(tables, aligned_by_name(tables)), tables)
    texts = [set(one.texts(one.names[0]).to_pylist()) for one in tables]
    wanted = {(f"a: {value}", f"b: {value}") for value in texts[0] & texts[1]}
    assert found & wanted == wanted


def test_the_same_rows_of_three_tables_are_linked() -> None:
    tables = lake()[:3]
    found = found_pairs(link_by_tables(tables, aligned_by_name(tables)), tables)
    texts = [set(one.texts(one.names[0]).to_pylist()) for one in tables]
    wanted = {
        (f"{tables[left].table}: {value}", f"{tables[right].table}: {value}")
        for left, right in ((0, 1), (0, 2), (1, 2))
        for value in texts[left] & texts[right]
    }
    assert found & wanted == wanted


def test_tables_of_other_attributes_that_are_compared_at_once_make_no_difference() -> None:
    tables = [lake()[0], lake()[1], *lake()[3:]]
    alone = link_by_tables(tables[:2], aligned_by_name(tables[:2]))
    assert link_by_tables(tables, aligned_by_name(tables)).slice(0, len(alone)).equals(alone)
    assert link_by_tables(tables, aligned_by_name(tables), 1).slice(0, len(alone)).equals(alone)


def test_links_are_sorted_and_listed_once() -> None:
    links = link_by_tables(lake(), aligned_by_name(lake()))
    left, right = links["left"].to_numpy(), links["right"].to_numpy()
    assert (left < right).all()
    assert (np.diff(left * 10_000 + right) > 0).all()


def test_tables_that_share_nothing_have_no_links() -> None:
    tables = [records("a", one=["x", "y"]), records("b", other=["x", "y"])]
    assert not len(link_by_tables(tables, aligned_by_name(tables)))


def test_empty_tables_have_no_links() -> None:
    tables = [records("a", name=[]), records("b", name=[])]
    assert not len(link_by_tables(tables, aligned_by_name(tables)))
