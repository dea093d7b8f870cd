"""The command that serves a lake to an agent."""

from __future__ import annotations

from pathlib import Path

import click

from lakeindex.errors import MissingExtra
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, read_settings, with_lake
from lakeindex.serve.cli.output import print_message
from lakeindex.serve.cli.serve import PORTS, TOKEN, listen, run_app, who_may_ask


@click.command()
@with_lake
@click.option("--http", "is_http", is_flag=True, help="Serve over HTTP on this machine instead of stdio.")
@click.option("--port", type=InRange(PORTS), default=8766, show_default=True, help="Of --http; 0 takes a free one.")
@click.option("--token-file", type=click.Path(path_type=Path), help=f"Of --http: holds the token [or {TOKEN}].")
def mcp(
    is_http: bool, port: int, token_file: Path | None, index: str | None, lake: str | None, allow: tuple[str, ...]
) -> None:
    """Serve the lake to an agent, as tools of the Model Context Protocol.

    An agent starts it by itself, over stdio. With --http it listens on this machine, to who has the token.
    """
    try:
        from lakeindex.serve.mcp.server import ADDRESS, make_server, over_http
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("lakeindex"):
            raise
        raise MissingExtra((error.name or "mcp").partition(".")[0], "mcp") from error
    from lakeindex.serve.http.served_lake import ServedLake

    settings = read_settings(index=index, lake=lake, allow=allow or None)
    open_lake(index, lake, allow).close()  # an index that can't answer fails now
    served = ServedLake(settings)
    server = make_server(served, settings.allow)
    if not is_http:
        server.run("stdio")
        return
    token, principals = who_may_ask(settings, token_file, None)
    listening = listen("127.0.0.1", port)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}{ADDRESS}"
    header = f" with the header Authorization: Bearer {token}" if token else ""
    print_message(f"serving {settings.index} at {address}{header}; Ctrl-C ends it")
    run_app(over_http(server, principals), listening, served, has_lifespan=True)
