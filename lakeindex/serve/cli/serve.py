"""The command that serves a lake to programs and browsers."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lakeindex.config.ranges import NumberRange, WholeRange
from lakeindex.errors import InvalidSetting, LakeIndexError, MissingExtra
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, read_settings, warn_without_lake, with_lake, with_quiet
from lakeindex.serve.cli.output import print_message

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from lakeindex.config.settings import Settings
    from lakeindex.serve.http.principals import Principal
    from lakeindex.serve.http.served_lake import ServedLake

TOKEN = "LAKEINDEX_TOKEN"
_SECONDS_TO_END = 10
_KEPT_ALIVE = 75
"""Seconds: longer than clients keep a connection, so that none asks on one that is being closed."""
PORTS = WholeRange(0, 65_535)
_AT_ONCE, _SECONDS = WholeRange(1, 1_000), NumberRange(0.1, 3_600)


@click.command()
@with_lake
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at; 0.0.0.0 for all.")
@click.option("--port", type=InRange(PORTS), default=8765, show_default=True, help="0 takes any that is free.")
@click.option(
    "--allow-host",
    "names",
    multiple=True,
    metavar="NAME",
    help="A name that the server goes by, beside the loopback's.",
)
@click.option("--token-file", type=click.Path(path_type=Path), help=f"Holds the token of who may ask [or {TOKEN}].")
@click.option(
    "--principals",
    "principals_file",
    type=click.Path(path_type=Path),
    help="TOML: who may ask, by the hash of a token, and which tables there are for each.",
)
@click.option("--at-once", type=InRange(_AT_ONCE), help="Answers worked on at once [default: one a core].")
@click.option("--seconds", type=InRange(_SECONDS), default=30.0, show_default=True, help="How long an answer may take.")
@with_quiet
def serve(
    host: str,
    port: int,
    names: tuple[str, ...],
    token_file: Path | None,
    principals_file: Path | None,
    at_once: int | None,
    seconds: float,
    quiet: bool,
    index: str | None,
    lake: str | None,
    allow: tuple[str, ...],
) -> None:
    """Serve the index as a REST interface, and as pages to browsers.

    It listens on this machine alone unless --host says otherwise, and answers only who has the token. A new generation
    of the index answers as soon as it is published. Ctrl-C ends it.
    """
    try:
        import uvicorn  # noqa: F401 (fails here where it is missing)

        from lakeindex.serve.http.app import make_app
        from lakeindex.serve.http.limits import Limits
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("uvicorn", "starlette", "anyio", "jinja2", "markupsafe"):
            raise
        raise MissingExtra(error.name or "starlette", "serve") from error
    from lakeindex.serve.http.served_lake import ServedLake

    settings = read_settings(index=index, lake=lake, allow=allow or None)
    warn_without_lake(open_lake(index, lake, allow), quiet)
    token, principals = who_may_ask(settings, token_file, principals_file)
    limits = Limits(seconds=seconds) if at_once is None else Limits(at_once=at_once, seconds=seconds)
    served = ServedLake(settings)
    listening = listen(host, port)
    with served.answering(principals[0].allowed):
        pass  # opened before anybody asks
    app = make_app(served, principals, limits, (host, *names))
    address = f"http://{_shown(host)}:{listening.getsockname()[1]}/"
    print_message(f"serving {settings.index} at {address}{f'?token={token}' if token else ''}; Ctrl-C ends it")
    if host not in ("127.0.0.1", "localhost", "::1"):
        print_message("warning: other machines can reach it, and what they send is not encrypted: put TLS before it")
    run_app(app, listening, served)


def run_app(app: ASGIApp, listening: socket.socket, served: ServedLake, has_lifespan: bool = False) -> None:
    """Serve an app until it is interrupted; one that `has_lifespan` is told when it begins and ends."""
    import uvicorn

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, lifespan="on" if has_lifespan else "off",
        timeout_graceful_shutdown=_SECONDS_TO_END, timeout_keep_alive=_KEPT_ALIVE,
    )  # fmt: skip
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        served.close()


def who_may_ask(
    settings: Settings, token_file: Path | None, principals_file: Path | None
) -> tuple[str, tuple[Principal, ...]]:
    """Return a token that was made up and has to be shown, empty for none, and who may ask.

    Raises InvalidSetting for a file that can't be read, and for several ways to say who may ask.
    """
    from lakeindex.serve.http.principals import Principal, read_principals

    given = os.environ.get(TOKEN, "")
    if principals_file is not None:
        if token_file is not None or given or settings.allow is not None:
            raise InvalidSetting(f"--principals says who may ask: leave away --token-file, --allow and {TOKEN}")
        return "", read_principals(principals_file)
    if token_file is not None:
        try:
            given = token_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidSetting(f"{token_file} can't be read: {error}") from error
    token = given or secrets.token_urlsafe(24)
    return "" if given else token, (Principal.of_token("token", token, settings.allow),)


def listen(host: str, port: int) -> socket.socket:
    """Listen at an address. Raises LakeIndexError where it is taken, or none of this machine."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise LakeIndexError(
            f"can't listen at {host}, port {port}: {error.strerror or error}; --port 0 takes any that is free"
        ) from error


def _shown(host: str) -> str:
    if ":" in host:
        return f"[{host}]" if host != "::" else "localhost"
    return "localhost" if host == "0.0.0.0" else host
