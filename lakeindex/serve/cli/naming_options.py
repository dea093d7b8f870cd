"""The options that say how tables of a lake are called in a catalog."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from lakeindex.export.naming import Naming, read_names

Command = TypeVar("Command", bound=Callable[..., Any])


def with_naming(command: Command) -> Any:
    """Add the options; the command gets them as `naming`."""

    @wraps(command)
    def named(platform: str, service: str, prefix: str, environment: str, names: Path | None, **given: Any) -> Any:
        read = {} if names is None else read_names(names)
        return command(naming=Naming(platform, service, prefix, environment, read), **given)

    for option in (
        click.option(
            "--map",
            "names",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="A CSV of names that don't follow the rule, with the header table,dataset.",
        ),
        click.option("--env", "environment", default="PROD", show_default=True, help="DataHub's environment."),
        click.option(
            "--dataset-prefix", "prefix", default="", metavar="TEXT", help="What comes before a table's name."
        ),
        click.option(
            "--service",
            default="lakeindex",
            show_default=True,
            help="OpenMetadata's service, OpenLineage's namespace.",
        ),
        click.option("--platform", default="file", show_default=True, help="DataHub's platform."),
    ):
        named = option(named)
    return named
