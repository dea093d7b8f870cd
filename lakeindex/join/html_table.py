"""A few rows as HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from lakeindex.escaping.markup import html_text


def html_table(head: str, lines: Sequence[str], shown: pa.Table) -> str:
    """Write a table below a headline and a list of lines; every text is escaped."""
    listed = "".join(f"<li>{html_text(line.strip())}</li>" for line in lines)
    names = "".join(f"<th>{html_text(name)}</th>" for name in shown.column_names)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html_text('' if cell is None else str(cell))}</td>" for cell in row) + "</tr>"
        for row in zip(*(column.to_pylist() for column in shown.columns), strict=True)
    )
    table = f"<table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>"
    return f"<p>{html_text(head)}</p><ul>{listed}</ul>{table}"
