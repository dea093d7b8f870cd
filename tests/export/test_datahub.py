"""Exports to DataHub: what is sent, what a second push sends, and what stays of people's edits."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from lakeindex.drift.broken_joins import BrokenJoin, Reason
from lakeindex.export.datahub.urns import dataset_urn
from lakeindex.export.naming import Naming
from lakeindex.export.outcome import Outcome, Result
from lakeindex.export.targets import Export, Target
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import JoinKind
from tests.export.conftest import towards
from tests.export.fake_datahub import FakeDataHub
from tests.export.fake_server import serving

pytest.importorskip("httpx", reason="no httpx: pip install 'lakeindex[export]'")
NAMING = Naming(platform="s3", prefix="bucket/", page="http://127.0.0.1:8000")
ORDERS = "urn:li:dataset:(urn:li:dataPlatform:s3,bucket/orders.csv,PROD)"
CUSTOMERS = "urn:li:dataset:(urn:li:dataPlatform:s3,bucket/customers.csv,PROD)"
PROPERTIES = "erModelRelationshipProperties"


@pytest.fixture
def exported(described: Export) -> Export:
    return towards(described, Target.DATAHUB, NAMING)


def push(exported: Export, catalog: FakeDataHub, is_dry: bool = False) -> list[Outcome]:
    with serving(catalog) as url:
        return exported.push(url, is_dry)


def changes(outcomes: list[Outcome]) -> int:
    return sum(one.result in (Result.CREATED, Result.CHANGED) for one in outcomes)


def of_orders(catalog: FakeDataHub) -> str:
    """Return the URN of the relationship from orders to customers."""
    found = catalog.relationships()
    return next(urn for urn, one in found.items() if (one["source"], one["destination"]) == (ORDERS, CUSTOMERS))


def test_a_push_creates_tables_schemas_profiles_and_relationships(exported: Export) -> None:
    catalog = FakeDataHub()
    outcomes = push(exported, catalog)
    references = len(exported.lake.references)
    assert references >= 3
    assert Counter((one.what, one.result) for one in outcomes) == {
        ("table", Result.CREATED): 5,
        ("schema", Result.CREATED): 5,
        ("profile", Result.CREATED): 5,
        ("relationship", Result.CREATED): references,
    }
    found = catalog.relationships()[of_orders(catalog)]
    assert found["cardinality"] == "N_ONE"
    assert found["relationshipFieldMappings"] == [{"sourceField": "customer_id", "destinationField": "id"}]
    told = found["customProperties"]
    assert 0.4 <= float(told["lakeindex.probability"]) <= 1
    assert told["lakeindex.orphans"] == "0.1333"  # 4 of 30 customers
    assert told["lakeindex.evidence"]
    assert told["lakeindex.page"] == "http://127.0.0.1:8000"
    profile = catalog.profiles[CUSTOMERS][0]
    assert (profile["rowCount"], profile["columnCount"]) == (30, 3)
    city = next(one for one in profile["fieldProfiles"] if one["fieldPath"] == "city")
    assert (city["uniqueCount"], city["nullCount"]) == (3, 0)
    types = {one["fieldPath"]: one["type"]["type"] for one in catalog.aspects[CUSTOMERS]["schemaMetadata"]["fields"]}
    assert types["id"] == {"com.linkedin.schema.NumberType": {}}
    assert types["name"] == {"com.linkedin.schema.StringType": {}}


def test_a_second_push_sends_nothing_whenever_it_is(exported: Export) -> None:
    catalog = FakeDataHub()
    push(exported, catalog)
    before, created = len(catalog.sent), catalog.relationships()[of_orders(catalog)]["created"]
    later = replace(exported.lake, published_at=exported.lake.published_at.replace(year=2040), generation=9)
    outcomes = push(replace(exported, lake=later), catalog)
    assert changes(outcomes) == 0
    assert {one.result for one in outcomes} == {Result.UNCHANGED}
    assert len(catalog.sent) == before
    assert catalog.relationships()[of_orders(catalog)]["created"] == created


def test_only_what_differs_is_sent_and_keeps_when_it_was_made(exported: Export) -> None:
    catalog = FakeDataHub()
    push(exported, catalog)
    urn = of_orders(catalog)
    made = catalog.relationships()[urn]["created"]
    catalog.aspects[urn][PROPERTIES]["customProperties"]["owner's note"] = "kept"
    keys = tuple(
        replace(one, probability=0.5) if one.child == "orders.csv" and one.parent == "customers.csv" else one
        for one in exported.lake.references
    )
    later = exported.lake.published_at.replace(year=2040)
    changed = replace(exported, lake=replace(exported.lake, references=keys, published_at=later))
    outcomes = push(changed, catalog)
    assert [one.detail for one in outcomes if one.result is Result.CHANGED] == [urn]
    found = catalog.relationships()[urn]
    assert found["customProperties"]["lakeindex.probability"] == "0.5000"
    assert found["customProperties"]["owner's note"] == "kept"
    assert found["created"] == made
    assert found["lastModified"]["time"] > made["time"]
    assert changes(push(changed, catalog)) == 0


@pytest.mark.parametrize("field, value", [("name", "Who bought it"), ("cardinality", "ONE_ONE")])
def test_what_a_person_edited_is_never_written_over(exported: Export, field: str, value: str) -> None:
    catalog = FakeDataHub()
    push(exported, catalog)
    urn = of_orders(catalog)
    catalog.aspects[urn][PROPERTIES][field] = value
    keys = tuple(replace(one, probability=0.5) for one in exported.lake.references)
    outcomes = push(replace(exported, lake=replace(exported.lake, references=keys)), catalog)
    assert catalog.relationships()[urn][field] == value
    assert [one.result for one in outcomes if one.result is Result.KEPT] == [Result.KEPT]


def test_what_people_write_in_aspects_of_their_own_is_left_alone(exported: Export) -> None:
    catalog = FakeDataHub()
    push(exported, catalog)
    catalog.aspects[of_orders(catalog)]["editableERModelRelationshipProperties"] = {"description": "mine"}
    push(exported, catalog)
    assert catalog.aspects[of_orders(catalog)]["editableERModelRelationshipProperties"] == {"description": "mine"}
    assert {name for _, name in catalog.sent} == {
        "datasetProperties", "schemaMetadata", "datasetProfile", PROPERTIES,
    }  # fmt: skip


def test_a_relationship_that_a_person_removed_is_not_put_back(exported: Export) -> None:
    catalog = FakeDataHub()
    push(exported, catalog)
    urn, sent = of_orders(catalog), len(catalog.sent)
    catalog.aspects[urn]["status"] = {"removed": True}
    outcomes = push(exported, catalog)
    assert [one.detail for one in outcomes if one.result is Result.KEPT] == ["somebody removed it there"]
    assert len(catalog.sent) == sent


def test_tables_that_another_program_described_keep_their_description(exported: Export) -> None:
    catalog = FakeDataHub()
    theirs = {"name": "Orders", "customProperties": {"team": "sales"}, "tags": []}
    catalog.aspects[ORDERS] = {"datasetProperties": theirs}
    outcomes = push(exported, catalog)
    assert catalog.aspects[ORDERS]["datasetProperties"] == theirs
    kept = [(one.what, one.name) for one in outcomes if one.result is Result.KEPT]
    assert kept == [("table", "orders.csv")]


def test_a_dry_run_against_a_server_sends_nothing_and_says_what_it_would(exported: Export) -> None:
    catalog = FakeDataHub()
    outcomes = push(exported, catalog, is_dry=True)
    assert catalog.sent == []
    assert changes(outcomes) == len(outcomes) == 15 + len(exported.lake.references)


def test_a_join_that_broke_is_told_where_it_was_a_relationship_and_nowhere_else(exported: Export) -> None:
    catalog = FakeDataHub()
    push(exported, catalog)
    urn, known = of_orders(catalog), set(catalog.aspects)
    child, parent = ColumnId(TableId("orders.csv"), "customer_id"), ColumnId(TableId("customers.csv"), "id")
    other = ColumnId(TableId("customers.csv"), "city")
    broken = tuple(BrokenJoin(child, one, JoinKind.EQUI, 0.9, 0.95, 0.1, Reason.VALUES) for one in (parent, other))
    keys = tuple(one for one in exported.lake.references if one.child_columns != ("customer_id",))
    night = replace(exported, lake=replace(exported.lake, references=keys, broken=broken))
    outcomes = push(night, catalog)
    assert [one.detail for one in outcomes if one.result is Result.CHANGED] == [urn]
    told = catalog.relationships()[urn]["customProperties"]
    assert (told["lakeindex.drift"], told["lakeindex.orphans"]) == ("values changed: 95% to 10%", "0.1333")
    assert set(catalog.aspects) == known
    assert changes(push(night, catalog)) == 0
    catalog.aspects[urn][PROPERTIES]["name"] = "mine"
    worse = tuple(replace(one, containment_now=0.0) for one in broken)
    outcomes = push(replace(night, lake=replace(night.lake, broken=worse)), catalog)
    assert [one.result for one in outcomes if one.result is not Result.UNCHANGED] == [Result.KEPT]
    assert catalog.relationships()[urn]["name"] == "mine"


def test_urns_hold_no_name_that_would_end_a_part() -> None:
    naming = Naming(platform="s3", prefix="a,b(")
    assert dataset_urn(naming, TableId("x) 100%.csv")) == (
        "urn:li:dataset:(urn:li:dataPlatform:s3,a%2Cb%28x%29 100%25.csv,PROD)"
    )
