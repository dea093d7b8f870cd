"""Each target as one text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from lakeindex.export.datahub.proposals import proposals
from lakeindex.export.dbt.project import tests_text
from lakeindex.export.described_lake import DescribedLake
from lakeindex.export.naming import Naming
from lakeindex.export.targets import Target

if TYPE_CHECKING:
    from lakeindex.lake import Lake

    Writer = Callable[[Lake, DescribedLake, Naming], str]


def _dbt(_: Lake, lake: DescribedLake, naming: Naming) -> str:
    return tests_text(lake, naming)


def _datahub(_: Lake, lake: DescribedLake, naming: Naming) -> str:
    return _as_json([one.in_file() for one in proposals(lake, naming)])


def _as_json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=True) + "\n"


WRITERS: Mapping[Target, Writer] = {Target.DBT: _dbt, Target.DATAHUB: _datahub}
