"""What reaches stderr: messages for people, or a line of JSON each; how much of it, `-v` and `-q` say.

Data is on stdout, whatever is chosen here. A command is one run, which its id tells apart from others in one log.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from secrets import token_hex
from typing import Any

import click

from lakeindex.escaping.visible import visible
from lakeindex.serve.cli.interrupt import write_last_words_as

_LOGGER = "lakeindex"
_QUIET = "No progress, no remarks."
_LEVELS = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}
"""Of the engine's own records, by how much is wanted; from 2 on all of them."""


class LogFormat(StrEnum):
    """How messages are written on stderr."""

    TEXT = "text"
    JSON = "json"


class _State:
    """What this process writes on stderr, of which it has one."""

    form = LogFormat.TEXT
    is_quiet = False
    run = ""


def with_logging(command: click.Command) -> click.Command:
    """Add `-v`, `-q` and `--log-format`, which stand before or behind a command's name."""
    names = {name for param in command.params for name in param.opts}
    if "--log-format" in names:
        return command
    choice = click.Choice([str(one) for one in LogFormat])
    own = next((param for param in command.params if "--quiet" in param.opts), None)
    if own is None:
        command.params.append(_option(["-q", "--quiet", "quietly"], _set_quiet, is_flag=True, help=_QUIET))
    else:
        own.opts.append("-q")
        own.callback = _quieted
    command.params += [
        _option(["-v", "--verbose"], _set_verbosity, count=True, help="Say what is done; -vv says it of each file."),
        _option(["--log-format"], _set_format, type=choice, help="Of stderr; json tells the run [default: text]."),
    ]
    return command


def is_quiet() -> bool:
    """Whether remarks and progress are not wanted."""
    return _State.is_quiet


def is_for_programs() -> bool:
    """Whether stderr is read by a program, a line at a time."""
    return _State.form is LogFormat.JSON


def write_message(message: str, level: int = logging.INFO, logger: str = f"{_LOGGER}.cli") -> None:
    """Write a message on stderr, in the format that was asked for."""
    sys.stderr.write((_as_json(message, level, logger) if is_for_programs() else visible(message)) + "\n")


def start_logging() -> None:
    """Begin a run: warnings and errors of the engine reach stderr, as text, unless a command is told otherwise."""
    _State.form, _State.is_quiet, _State.run = LogFormat.TEXT, False, token_hex(6)
    write_last_words_as(lambda text: _as_json(text, logging.ERROR, f"{_LOGGER}.cli") if is_for_programs() else text)
    logging.captureWarnings(False)
    logging.getLogger(_LOGGER).setLevel(_LEVELS[0])
    root = logging.getLogger()  # what libraries log is for the same reader
    if not any(isinstance(one, _Messages) for one in root.handlers):
        root.addHandler(_Messages())


class _Messages(logging.Handler):
    """Writes the engine's records as messages."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record on stderr."""
        write_message(self.format(record), record.levelno, record.name)


def _as_json(message: str, level: int, logger: str) -> str:
    return json.dumps(
        {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "run": _State.run,
            "level": logging.getLevelName(level).lower(),
            "logger": logger,
            "message": message,
        }
    )


def _option(names: list[str], callback: Callable[[Any], None], **settings: Any) -> click.Option:
    def called(context: click.Context, param: click.Parameter, value: Any) -> None:
        if value:
            callback(value)

    return click.Option(names, expose_value=False, is_eager=True, callback=called, **settings)


def _quieted(context: click.Context, param: click.Parameter, value: bool) -> bool:
    """Set a command's own `--quiet` for what is written beside it, too."""
    _State.is_quiet = _State.is_quiet or value
    return value


def _set_verbosity(level: int) -> None:
    logging.getLogger(_LOGGER).setLevel(_LEVELS.get(level, logging.DEBUG))


def _set_quiet(_: bool) -> None:
    _State.is_quiet = True
    logging.getLogger(_LOGGER).setLevel(_LEVELS[-1])


def _set_format(form: str) -> None:
    _State.form = LogFormat(form)
    logging.captureWarnings(is_for_programs())
