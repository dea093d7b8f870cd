"""Write the map of a lake as a page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lakeindex.errors import InvalidSetting
from lakeindex.join.write_file import require_free, unfinished_beside
from lakeindex.lake.mapping import relationships
from lakeindex.lake_map.page.page_data import page_data
from lakeindex.lake_map.page.write_page import page
from lakeindex.open_index import OpenIndex


@dataclass(frozen=True, slots=True)
class WrittenMap:
    """What a page shows."""

    tables: int
    relationships: int
    remarks: tuple[str, ...]

    def describe(self) -> str:
        """Return it in words."""
        return f"{self.tables:,} tables, {self.relationships:,} pairs of columns of which one refers to the other"


def write_map(opened: OpenIndex, path: Path, min_probability: float, force: bool) -> WrittenMap:
    """Write the page, whole or not at all.

    Raises InvalidSetting for a file that is no .html, Refused where it exists, unless `force`.
    """
    path = path.absolute()
    if path.suffix.lower() not in (".html", ".htm"):
        raise InvalidSetting(f"{path.name} is no .html file, and the map is a page")
    require_free(path, force)
    found = relationships(opened, min_probability)
    tables = [str(table) for table in opened.table_ids]
    data = page_data(tables, opened.searcher.directory, found.to_arrow())
    title = f"Map of {opened.root.name}" if opened.has_names else "Map of a lake"
    with unfinished_beside(path, force) as unfinished:
        unfinished.write_text(page(title, data), encoding="utf-8")
    return WrittenMap(len(tables), found.to_arrow().num_rows, found.remarks)
