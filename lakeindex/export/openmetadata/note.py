"""The note on a table: how sure its relationships are, for which OpenMetadata has no field, as its description."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import quote

from lakeindex.escaping.markup import markdown_text
from lakeindex.export.described_lake import DescribedLake, DescribedTable
from lakeindex.export.naming import Naming
from lakeindex.lake_map.formats.schema_graph import ForeignKey

_MARK = re.compile(r"\n\n<!-- lakeindex ([0-9a-f]{16}) -->\s*\Z")


def note_on(lake: DescribedLake, naming: Naming, table: DescribedTable, keys: Sequence[ForeignKey]) -> str:
    """Write the note on a table; nothing where there is nothing to say."""
    lines = [_line(key) for key in keys]
    lines += [
        f"- {markdown_text(one.column.name)} no longer joins with {markdown_text(str(one.joins))}: {one.reason}, "
        f"{one.containment_before:.0%} to {one.containment_now:.0%}"
        for one in lake.broken_of(table.id)
    ]
    if not lines:
        return ""
    where = f"\n\n[More, and the evidence]({naming.page}/table/{quote(table.id)})" if naming.page else ""
    text = "Found by lakeindex:\n\n" + "\n".join(lines) + where
    return f"{text}\n\n<!-- lakeindex {_hash(text)} -->"


def is_ours(description: str) -> bool:
    """Whether a description is a note that nobody edited."""
    mark = _MARK.search(description)
    return mark is not None and _hash(description[: mark.start()]) == mark[1]


def _line(key: ForeignKey) -> str:
    child, parent = (" + ".join(map(markdown_text, names)) for names in (key.child_columns, key.parent_columns))
    sure = f"probability {key.probability:.0%}, {key.cardinality}, {key.method}"
    return f"- {child} refers to {markdown_text(key.parent)} · {parent} ({sure}): {markdown_text(key.evidence)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
