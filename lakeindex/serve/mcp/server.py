"""Make the server of an agent's tools."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from mcp.server import MCPServer
from mcp.types import ToolAnnotations
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from lakeindex.serve.http.gate import Gate, guarded
from lakeindex.serve.http.limits import Limits
from lakeindex.serve.http.principals import Principal
from lakeindex.serve.http.served_lake import ServedLake
from lakeindex.serve.mcp.tools import LakeTools

ADDRESS = "/mcp"
_PATIENCE = 60.0
"""Seconds that a call waits for its turn: agents ask several things at once, and don't ask again."""
_INSTRUCTIONS = (
    "lakeindex knows which columns of a data lake join, how, and how far that can be trusted. Find the table by "
    "find_tables, ask find_joinable_columns, check a doubtful match by explain_join, and see the rows by preview_join. "
    "Probabilities are calibrated. Names are exact: an error names the nearest. Nothing is ever written."
)


def make_server(served: ServedLake, allowed: Sequence[str] | None) -> MCPServer:
    """Return the server of the tools, for who may see the `allowed` tables; None for all."""
    server = MCPServer(
        "lakeindex", title="lakeindex", instructions=_INSTRUCTIONS, version=version("lakeindex"), log_level="WARNING"
    )
    only_reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
    for tool in LakeTools(served, allowed).all():
        server.tool(annotations=only_reads, structured_output=True)(tool)
    return server


def over_http(server: MCPServer, principals: Sequence[Principal]) -> Gate:
    """Return the app that serves the tools over HTTP, to who has a token, behind the gate of the REST server."""
    app = server.streamable_http_app(streamable_http_path=ADDRESS, stateless_http=True)
    return guarded(_only_calls(app), principals, Limits(patience=_PATIENCE))


def _only_calls(app: ASGIApp) -> ASGIApp:
    """Refuse streams: without sessions nothing comes by them, but each would count as work as long as it is open."""

    async def only_calls(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] != "POST":
            refusal = PlainTextResponse("calls are posted; there is no stream\n", 405, {"Allow": "POST"})
            await refusal(scope, receive, send)
        else:
            await app(scope, receive, send)

    return only_calls
