"""Parse JSON without losing a digit: numbers that a double doesn't hold stay as they are written."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation

_MAY_BE_INEXACT = re.compile(r"[\d.]{17}|[eE][+-]?\d{3}")
_INT64_DIGITS = 18
"""So many digits fit in an int64, with a sign or without."""


class Digits(str):
    """A number that neither an int64 nor a double holds, as it is written."""

    __slots__ = ()


class JsonParser:
    """Parse JSON values, and count what is unusual about them."""

    def __init__(self) -> None:
        self.exact = 0
        """Numbers that are kept as they are written."""
        self.constants = 0
        """NaN and infinities, which JSON doesn't have."""
        self._plain = json.JSONDecoder(parse_constant=self._constant)
        self._careful = json.JSONDecoder(
            parse_constant=self._constant, parse_int=self._integer, parse_float=self._fraction
        )

    def parse(self, text: str) -> object:
        """Parse one value. Raises ValueError for what is no JSON, RecursionError where it is nested too deeply."""
        decoder = self._careful if _MAY_BE_INEXACT.search(text) else self._plain
        value: object = decoder.decode(text)
        return value

    def notes(self) -> list[str]:
        """Describe what was unusual so far."""
        exact = f"{self.exact} numbers have more digits than a number type holds, and are kept as they are written"
        constants = f"{self.constants} values are NaN or an infinity, which JSON doesn't have"
        return [*([exact] if self.exact else []), *([constants] if self.constants else [])]

    def _constant(self, text: str) -> float:
        self.constants += 1
        return float(text)

    def _integer(self, text: str) -> int | str:
        if len(text) <= _INT64_DIGITS:
            return int(text)
        is_long = -(1 << 63) <= Decimal(text) < 1 << 63
        return int(text) if is_long else self._kept(text)

    def _fraction(self, text: str) -> float | str:
        number = float(text)
        return number if repr(number) == text or _is_exact(text, number) else self._kept(text)

    def _kept(self, text: str) -> Digits:
        self.exact += 1
        return Digits(text)


def _is_exact(text: str, number: float) -> bool:
    """Return whether a double gives back all digits that a number is written with; programs write up to 17."""
    try:
        written = Decimal(text)
    except InvalidOperation:  # an exponent beyond all bounds
        return False
    return written in (Decimal(repr(number)), Decimal(f"{number:.17g}"))
