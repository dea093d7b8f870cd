"""Options that are numbers: each has a range, and what people write is read strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lakeindex.config.ranges import OF_SETTINGS, Range, WholeRange
from lakeindex.errors import InvalidSetting

if TYPE_CHECKING:
    _NumberType = click.ParamType[float]
else:
    _NumberType = click.ParamType  # which takes no argument before click 8.4


class InRange(_NumberType):
    """A number between two bounds."""

    def __init__(self, bounds: Range) -> None:
        self.bounds = bounds
        self.name = "whole number" if isinstance(bounds, WholeRange) else "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number. Raises click.BadParameter, which names the range, for anything else."""
        try:
            return self.bounds.read(value) if isinstance(value, str) else self.bounds.require(value, self.name)
        except (ValueError, InvalidSetting) as error:
            self.fail(str(error), param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return what stands for the number in the help."""
        return "N"


def of_setting(name: str) -> InRange:
    """Return the type of the option for a setting that is a number."""
    return InRange(OF_SETTINGS[name])
