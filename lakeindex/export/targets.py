"""What a lake can be exported to, and how each is written, or sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lakeindex.export.described_lake import DescribedLake, describe_lake
from lakeindex.export.naming import Naming
from lakeindex.lake_map.likely import LIKELY

if TYPE_CHECKING:
    from lakeindex.export.outcome import Outcome
    from lakeindex.export.texts import WrittenText
    from lakeindex.lake import Lake

SURE = 0.8
"""The probability from which a relationship goes where nothing can say how sure it is."""


class Target(StrEnum):
    """What a lake can be exported to."""

    OPENMETADATA = "openmetadata"
    DATAHUB = "datahub"
    OPENLINEAGE = "openlineage"
    DBT = "dbt"
    DLT = "dlt"
    CROISSANT = "croissant"
    FRICTIONLESS = "frictionless"
    CSVW = "csvw"
    DBT_SOURCES = "dbt-sources"

    @property
    def is_sent(self) -> bool:
        """Whether it is a server; the others are files."""
        return self in (Target.OPENMETADATA, Target.DATAHUB, Target.OPENLINEAGE)

    @property
    def least_probability(self) -> float:
        """The probability of a relationship from which it goes there, unless another one is given."""
        return SURE if self in (Target.OPENMETADATA, Target.FRICTIONLESS, Target.CSVW, Target.CROISSANT) else LIKELY


@dataclass(frozen=True, slots=True)
class Export:
    """A lake on its way to a target."""

    opened: Lake
    lake: DescribedLake
    naming: Naming
    target: Target

    @classmethod
    def of(cls, opened: Lake, target: Target, naming: Naming, min_probability: float | None = None) -> Export:
        """Describe a lake for a target. Raises Refused where the index keeps no names."""
        least = target.least_probability if min_probability is None else min_probability
        return cls(opened, describe_lake(opened, least), naming, target)

    def text(self) -> WrittenText:
        """Write it as one text: the file, or what would be sent to a server that knows nothing yet."""
        from lakeindex.export.texts import write_text

        return write_text(self.target, self.opened, self.lake, self.naming)

    def push(self, url: str, is_dry: bool = False, creates: bool = False) -> list[Outcome]:
        """Send to a server what it doesn't know yet; with `is_dry`, only say what would be.

        With `creates`, tables that OpenMetadata lacks are made. Raises CatalogFailed.
        """
        from lakeindex.export.pushing import push

        return list(push(self, url, is_dry, creates))

    def project(self) -> Mapping[str, str]:
        """Return it as a project of dbt: its files, by their paths in a folder."""
        from lakeindex.export.dbt.project import project_files

        return project_files(self.opened, self.lake, self.naming)
