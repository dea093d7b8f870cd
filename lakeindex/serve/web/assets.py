"""The files that pages load: styles, scripts and a picture, each at an address that changes with its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lakeindex.lake_map.page.write_page import ASSETS as MAP_ASSETS

_OWN = Path(__file__).parent / "assets"
_FILES = {
    "page.css": _OWN / "page.css",
    "page.js": _OWN / "page.js",
    "map.js": _OWN / "map.js",
    "icon.svg": _OWN / "icon.svg",
    "graph.js": MAP_ASSETS / "graph.js",
    "graph_page.js": MAP_ASSETS / "page.js",
}
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages load."""

    content: bytes
    media_type: str
    version: str


@cache
def asset(name: str) -> Asset:
    """Return a file by its name; KeyError where there is none."""
    path = _FILES[name]
    content = path.read_bytes()
    return Asset(content, _TYPES[path.suffix], hashlib.blake2b(content, digest_size=6).hexdigest())


def asset_link(name: str) -> str:
    """Return the address of a file."""
    return f"/assets/{asset(name).version}/{name}"


def bundle_bytes() -> int:
    """Return how many bytes all files have together."""
    return sum(len(asset(name).content) for name in _FILES)


async def serve_asset(request: Request) -> Response:
    """Give a file, which may be kept for ever; an address of another version has the file as it is now."""
    name = request.path_params["name"]
    if name not in _FILES:
        raise HTTPException(404)
    found = asset(name)
    is_current = request.path_params["version"] == found.version
    headers = {"Cache-Control": _A_YEAR if is_current else "no-cache"}
    return Response(found.content, headers=headers, media_type=found.media_type)
