"""What catalogs say of joins becomes verdicts: what others declared, what people confirmed; never our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lakeindex import Lake
from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.export.datahub.urns import dataset_urn
from lakeindex.export.naming import Naming
from lakeindex.export.outcome import Outcome, Result
from lakeindex.export.pull.pulling import Source, pull
from lakeindex.export.targets import Export, Target
from lakeindex.types.lake import TableId
from tests.export.conftest import towards
from tests.export.fake_datahub import FakeDataHub
from tests.export.fake_openmetadata import FakeOpenMetadata
from tests.export.fake_server import Catalog, serving

NAMING = Naming()
PROPERTIES = "erModelRelationshipProperties"
THEIRS = "urn:li:erModelRelationship:theirs"
BY_HAND = ("employees.csv", "name", "customers.csv", "name")


@pytest.fixture(autouse=True)
def without_verdicts(own_index: Path) -> None:
    pass


def verdicts(lake: Lake) -> dict[tuple[str, ...], tuple[str, str]]:
    rows = lake.feedback().to_pylist()
    return {
        (row["left_table"], row["left_column"], row["right_table"], row["right_column"]): (row["verdict"], row["note"])
        for row in rows
    }


def pulled(lake: Lake, source: Source, catalog: Catalog) -> list[Outcome]:
    pytest.importorskip("httpx", reason="no httpx: pip install 'lakeindex[export]'")
    with serving(catalog) as url:
        return pull(lake, source, url, NAMING)


@pytest.fixture
def datahub(described: Export) -> FakeDataHub:
    """A catalog to which the lake was sent."""
    pytest.importorskip("httpx", reason="no httpx: pip install 'lakeindex[export]'")
    catalog = FakeDataHub()
    with serving(catalog) as url:
        towards(described, Target.DATAHUB, NAMING).push(url)
    return catalog


def mine(catalog: FakeDataHub, child: str) -> str:
    return next(
        urn
        for urn, one in catalog.relationships().items()
        if one["relationshipFieldMappings"][0]["sourceField"] == child and len(one["relationshipFieldMappings"]) == 1
    )


def declare(catalog: FakeDataHub) -> None:
    """Let somebody else declare a join there."""
    pair = {"sourceField": "name", "destinationField": "name"}
    catalog.aspects[THEIRS] = {
        PROPERTIES: {
            "source": dataset_urn(NAMING, TableId("employees.csv")),
            "destination": dataset_urn(NAMING, TableId("customers.csv")),
            "relationshipFieldMappings": [pair],
        }
    }


def test_what_lakeindex_sent_to_datahub_is_no_evidence_of_itself(shop: Lake, datahub: FakeDataHub) -> None:
    assert pulled(shop, Source.DATAHUB, datahub) == []
    assert verdicts(shop) == {}


def test_relationships_and_keys_that_others_declared_in_datahub_are_accepted(shop: Lake, datahub: FakeDataHub) -> None:
    declare(datahub)
    orders, employees = (dataset_urn(NAMING, TableId(one)) for one in ("orders.csv", "employees.csv"))
    datahub.aspects[orders]["schemaMetadata"]["foreignKeys"] = [
        {
            "name": "by",
            "sourceFields": [f"urn:li:schemaField:({orders},employee_id)"],
            "foreignFields": [f"urn:li:schemaField:({employees},employee_id)"],
            "foreignDataset": employees,
        }
    ]
    outcomes = pulled(shop, Source.DATAHUB, datahub)
    assert [one.result for one in outcomes] == [Result.CREATED] * 2
    told = {frozenset([pair[:2], pair[2:]]): given for pair, given in verdicts(shop).items()}
    by = frozenset([("orders.csv", "employee_id"), ("employees.csv", "employee_id")])
    assert told == {
        frozenset([BY_HAND[:2], BY_HAND[2:]]): ("accepted", f"declared in DataHub: {THEIRS}"),
        by: ("accepted", "declared in DataHub: by"),
    }
    assert [one.result for one in pulled(shop, Source.DATAHUB, datahub)] == [Result.UNCHANGED] * 2


@pytest.mark.parametrize(
    "aspect, verdict",
    [
        ({"globalTags": {"tags": [{"tag": "urn:li:tag:confirmed"}]}}, "accepted"),
        ({"globalTags": {"tags": [{"tag": "urn:li:tag:rejected"}]}}, "rejected"),
        ({"status": {"removed": True}}, "rejected"),
    ],
    ids=["confirmed", "rejected", "removed"],
)
def test_what_people_say_of_ours_in_datahub_is_a_verdict(
    shop: Lake, datahub: FakeDataHub, aspect: dict[str, Any], verdict: str
) -> None:
    datahub.aspects[mine(datahub, "customer_id")] |= aspect
    pulled(shop, Source.DATAHUB, datahub)
    assert [given for given, _ in verdicts(shop).values()] == [verdict]


def test_a_verdict_that_a_person_gave_here_stays(shop: Lake, datahub: FakeDataHub) -> None:
    shop.reject(*BY_HAND, note="seen them")
    declare(datahub)
    (outcome,) = pulled(shop, Source.DATAHUB, datahub)
    assert (outcome.result, outcome.detail) == (Result.KEPT, "it is rejected here: seen them")
    assert list(verdicts(shop).values()) == [("rejected", "seen them")]


@pytest.fixture
def openmetadata(described: Export) -> FakeOpenMetadata:
    pytest.importorskip("httpx", reason="no httpx: pip install 'lakeindex[export]'")
    catalog = FakeOpenMetadata()
    with serving(catalog) as url:
        towards(described, Target.OPENMETADATA, NAMING).push(url, creates=True)
    return catalog


def test_foreign_keys_that_others_made_in_openmetadata_are_accepted_and_ours_are_not(
    shop: Lake, openmetadata: FakeOpenMetadata
) -> None:
    name = 'lakeindex.default.lake."employees.csv"'
    known = openmetadata.named(name).get("tableConstraints") or []
    theirs = {
        "constraintType": "FOREIGN_KEY",
        "columns": ["name"],
        "referredColumns": ['lakeindex.default.lake."customers.csv".name'],
    }
    openmetadata.edit(name, "ada", tableConstraints=[*known, theirs])
    outcomes = pulled(shop, Source.OPENMETADATA, openmetadata)
    assert [(one.result, one.detail) for one in outcomes] == [
        (Result.CREATED, f"accepted: declared in OpenMetadata: {name}")
    ]


def test_a_foreign_key_of_ours_that_somebody_removed_in_openmetadata_is_rejected(
    shop: Lake, openmetadata: FakeOpenMetadata
) -> None:
    name = 'lakeindex.default.lake."orders.csv"'
    rest = [one for one in openmetadata.named(name)["tableConstraints"] if one["columns"] != ["customer_id"]]
    openmetadata.edit(name, "ada", tableConstraints=rest)
    pulled(shop, Source.OPENMETADATA, openmetadata)
    ((pair, (verdict, _)),) = verdicts(shop).items()
    assert (sorted(pair[::2]), verdict) == (["customers.csv", "orders.csv"], "rejected")


def manifest(folder: Path, config: dict[str, Any]) -> Path:
    """Write what dbt writes of two models and a test."""
    nodes = {
        "model.p.orders": {"name": "orders", "resource_type": "model"},
        "model.p.customers": {"name": "customers", "resource_type": "model"},
        "test.p.one": {
            "name": "relationships_orders",
            "resource_type": "test",
            "test_metadata": {
                "name": "relationships",
                "kwargs": {"to": "ref('customers')", "field": "ID", "column_name": '"customer_id"'},
            },
            "attached_node": "model.p.orders",
            "depends_on": {"nodes": ["model.p.customers", "model.p.orders"]},
            "config": config,
        },
    }
    path = folder / "target" / "manifest.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"nodes": nodes, "sources": {}}), "utf-8")
    return folder


@pytest.mark.parametrize(
    "config, note",
    [
        ({}, "declared in dbt: relationships_orders"),
        ({"severity": "error", "meta": {"lakeindex": {}}}, "confirmed in dbt: relationships_orders"),
        ({"severity": "warn", "meta": {"lakeindex": {}}}, None),
    ],
    ids=["of others", "ours, made an error", "ours"],
)
def test_tests_of_dbt_are_verdicts_unless_they_are_ours(
    shop: Lake, tmp_path: Path, config: dict[str, Any], note: str | None
) -> None:
    pull(shop, Source.DBT, str(manifest(tmp_path, config)), NAMING)
    given = list(verdicts(shop).items())
    if note is None:
        assert given == []
    else:
        ((pair, told),) = given
        assert set(zip(pair[::2], pair[1::2], strict=True)) == {("orders.csv", "customer_id"), ("customers.csv", "id")}
        assert told == ("accepted", note)


def test_a_foreign_key_of_a_model_is_a_verdict_and_a_composite_one_is_named(shop: Lake, tmp_path: Path) -> None:
    shipments = {
        "name": "shipments",
        "constraints": [
            {"type": "foreign_key", "columns": ["order_id", "line"], "to": "ref('order_lines')",
             "to_columns": ["order_id", "line"]},
        ],
    }  # fmt: skip
    lines = {
        "name": "order_lines",
        "columns": {
            "order_id": {"constraints": [{"type": "foreign_key", "to": '"db"."main"."orders"', "to_columns": ["id"]}]}
        },
    }
    (tmp_path / "m.json").write_text(json.dumps({"nodes": {"model.a": shipments, "model.b": lines}}), "utf-8")
    outcomes = pull(shop, Source.DBT, str(tmp_path / "m.json"), NAMING)
    assert [(one.result, one.detail.partition(":")[0]) for one in outcomes] == [
        (Result.MISSING, "a verdict is on one column with another, not on several together"),
        (Result.CREATED, "accepted"),
    ]


@pytest.mark.parametrize("content", ["", "[]", '{"nodes": 1}', "{" * 5000])
def test_what_is_no_manifest_is_a_clear_error(shop: Lake, tmp_path: Path, content: str) -> None:
    (tmp_path / "m.json").write_text(content, "utf-8")
    with pytest.raises(InvalidSetting, match="manifest of dbt"):
        pull(shop, Source.DBT, str(tmp_path / "m.json"), NAMING)
    with pytest.raises(NotFound, match="dbt parse"):
        pull(shop, Source.DBT, str(tmp_path / "none.json"), NAMING)
