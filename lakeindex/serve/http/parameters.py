"""What an address of the REST interface takes: each parameter with its type, its bounds and its meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lakeindex.config.ranges import NumberRange, WholeRange, shown
from lakeindex.errors import InvalidSetting

MOST_CHARACTERS = 1_000
"""Of a parameter."""
Given = Iterable[tuple[str, str]]
"""The names and values of a query, as they came."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter."""

    name: str
    says: str
    bounds: WholeRange | NumberRange | None = None
    """Of a number; None for a text."""
    choices: tuple[str, ...] = ()
    default: str | int | float | None = None
    """None for a parameter that has to be given."""

    def read(self, text: str) -> str | int | float:
        """Read a value. Raises InvalidSetting for one that it can't have."""
        if self.bounds is not None:
            try:
                return self.bounds.read(text)
            except ValueError as error:
                raise InvalidSetting(f"{self.name}: {error}") from error
        if self.choices and text not in self.choices:
            raise InvalidSetting(f"{self.name} is one of {', '.join(self.choices)}, not {shown(text)}")
        if len(text) > MOST_CHARACTERS:
            raise InvalidSetting(f"{self.name} has at most {MOST_CHARACTERS:,} characters, not {len(text):,}")
        return text

    def to_openapi(self) -> dict[str, Any]:
        """Describe it for OpenAPI."""
        schema: dict[str, Any] = {"type": "string", "maxLength": MOST_CHARACTERS}
        if self.bounds is not None:
            kind = "integer" if isinstance(self.bounds, WholeRange) else "number"
            schema = {"type": kind, "minimum": self.bounds.least, "maximum": self.bounds.most}
        elif self.choices:
            schema = {"type": "string", "enum": list(self.choices)}
        if self.default not in (None, ""):
            schema["default"] = self.default
        return {
            "name": self.name, "in": "query", "description": self.says, "required": self.default is None,
            "schema": schema,
        }  # fmt: skip


def read_parameters(parameters: Iterable[Parameter], given: Given) -> dict[str, Any]:
    """Return the value of every parameter, its default where it isn't given.

    Raises InvalidSetting for one that is missing, is there twice, can't have its value, or isn't known.
    """
    known = {one.name: one for one in parameters}
    values: dict[str, Any] = {}
    for name, text in given:
        if name not in known:
            raise InvalidSetting(f"there is no parameter {shown(name)}; there are: {', '.join(known) or 'none'}")
        if name in values:
            raise InvalidSetting(f"{name} is given twice: give it once")
        values[name] = known[name].read(text)
    missing = [one.name for one in known.values() if one.name not in values and one.default is None]
    if missing:
        raise InvalidSetting(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    return {one.name: one.default for one in known.values()} | values


def pair_of(values: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Return the two columns that are asked for."""
    return values["left_table"], values["left_column"], values["right_table"], values["right_column"]


PAIR = (
    Parameter("left_table", "A table, by its path in the lake."),
    Parameter("left_column", "A column of it."),
    Parameter("right_table", "Another table."),
    Parameter("right_column", "A column of it."),
)
