"""Each target as one text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from lakeindex.export.dbt.project import tests_text
from lakeindex.export.described_lake import DescribedLake
from lakeindex.export.naming import Naming
from lakeindex.export.targets import Target

if TYPE_CHECKING:
    from lakeindex.lake import Lake

    Writer = Callable[[Lake, DescribedLake, Naming], str]


def _dbt(_: Lake, lake: DescribedLake, naming: Naming) -> str:
    return tests_text(lake, naming)


WRITERS: Mapping[Target, Writer] = {Target.DBT: _dbt}
