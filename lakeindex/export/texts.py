"""Each target as one text, and what had to be left out of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakeindex.export.datahub.proposals import proposals
from lakeindex.export.dbt.project import tests_text
from lakeindex.export.dbt.sources import sources_text
from lakeindex.export.described_lake import DescribedLake
from lakeindex.export.dlt.schema import dlt_schema
from lakeindex.export.metadata_files.croissant import croissant
from lakeindex.export.metadata_files.csvw import csvw_metadata, is_described
from lakeindex.export.metadata_files.frictionless import data_package
from lakeindex.export.metadata_files.lake_files import LakeFile, files_of
from lakeindex.export.metadata_files.strict_references import strict_references
from lakeindex.export.naming import Naming
from lakeindex.export.openlineage.datasets import dataset_events
from lakeindex.export.openmetadata.push import requests
from lakeindex.export.targets import Target
from lakeindex.export.yaml_text import as_yaml
from lakeindex.lake_map.formats.schema_graph import ForeignKey

if TYPE_CHECKING:
    from lakeindex.lake import Lake


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A lake as one text."""

    text: str
    left_out: tuple[str, ...] = ()
    """What isn't in it, and why, a sentence each."""


def write_text(target: Target, opened: Lake, lake: DescribedLake, naming: Naming) -> WrittenText:
    """Write a lake for a target."""
    if target in _OF_FILES:
        files, left_out = files_of(opened, lake)
        if target is Target.CSVW:
            others = [one.table.id for one in files if not is_described(one)]
            left_out += [f"{table} is left out: it is no plain CSV file" for table in others]
        return WrittenText(
            _as_json(_OF_FILES[target](lake, files, strict_references(opened, lake, files))), tuple(left_out)
        )
    return WrittenText(_OTHERS[target](opened, lake, naming))


def _as_json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=True) + "\n"


def _lines(lake: DescribedLake, naming: Naming) -> str:
    return "".join(json.dumps(one, ensure_ascii=True) + "\n" for one in dataset_events(lake, naming))


_OF_FILES: Mapping[Target, Callable[[DescribedLake, list[LakeFile], list[ForeignKey]], dict[str, Any]]] = {
    Target.CROISSANT: croissant,
    Target.FRICTIONLESS: data_package,
    Target.CSVW: csvw_metadata,
}
_OTHERS: Mapping[Target, Callable[[Lake, DescribedLake, Naming], str]] = {
    Target.OPENMETADATA: lambda _, lake, naming: _as_json(requests(lake, naming)),
    Target.DATAHUB: lambda _, lake, naming: _as_json([one.in_file() for one in proposals(lake, naming)]),
    Target.OPENLINEAGE: lambda _, lake, naming: _lines(lake, naming),
    Target.DBT: lambda _, lake, naming: tests_text(lake, naming),
    Target.DLT: lambda _, lake, naming: as_yaml(dlt_schema(lake, naming)),
    Target.DBT_SOURCES: sources_text,
}
