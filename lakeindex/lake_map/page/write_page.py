"""Write the map of a lake as one HTML file that needs nothing else and may load nothing else."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from lakeindex.escaping.markup import html_text

ASSETS = Path(__file__).parent / "assets"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; {policy}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
<script type="application/json" id="data">{data}</script>
<script>{graph}</script>
<script>{script}</script>
</body>
</html>
"""


def page(title: str, data: str) -> str:
    """Return the page that shows `data`, as `page_data` writes it."""
    style, graph, script, body = (_asset(name) for name in ("page.css", "graph.js", "page.js", "body.html"))
    scripts = " ".join(map(_digest, (graph, script)))
    policy = f"script-src {scripts}; style-src {_digest(style)}; img-src data: blob:"
    return _PAGE.format(
        policy=policy, title=html_text(title), style=style, body=body, data=data, graph=graph, script=script
    )


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8").strip()


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
