"""Each target as one text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from lakeindex.export.datahub.proposals import proposals
from lakeindex.export.dbt.project import tests_text
from lakeindex.export.described_lake import DescribedLake
from lakeindex.export.dlt.schema import dlt_schema
from lakeindex.export.naming import Naming
from lakeindex.export.openlineage.datasets import dataset_events
from lakeindex.export.openmetadata.push import requests
from lakeindex.export.targets import Target
from lakeindex.export.yaml_text import as_yaml

if TYPE_CHECKING:
    from lakeindex.lake import Lake

    Writer = Callable[[Lake, DescribedLake, Naming], str]


def _dbt(_: Lake, lake: DescribedLake, naming: Naming) -> str:
    return tests_text(lake, naming)


def _datahub(_: Lake, lake: DescribedLake, naming: Naming) -> str:
    return _as_json([one.in_file() for one in proposals(lake, naming)])


def _openmetadata(_: Lake, lake: DescribedLake, naming: Naming) -> str:
    return _as_json(requests(lake, naming))


def _openlineage(_: Lake, lake: DescribedLake, naming: Naming) -> str:
    return "".join(json.dumps(one, ensure_ascii=True) + "\n" for one in dataset_events(lake, naming))


def _dlt(_: Lake, lake: DescribedLake, naming: Naming) -> str:
    return as_yaml(dlt_schema(lake, naming))


def _as_json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=True) + "\n"


WRITERS: Mapping[Target, Writer] = {
    Target.OPENMETADATA: _openmetadata,
    Target.DATAHUB: _datahub,
    Target.OPENLINEAGE: _openlineage,
    Target.DBT: _dbt,
    Target.DLT: _dlt,
}
