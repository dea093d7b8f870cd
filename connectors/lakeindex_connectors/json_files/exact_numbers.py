"""Parse JSON without losing a digit: numbers that a double doesn't hold stay as they are written."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation

_TOO_LONG = "Exceeds the limit"
"""How Python's error for an integer of thousands of digits starts."""
_SAFE_LENGTH = 16
"""A fraction of so many characters has no more digits than every double keeps."""
_SAFE_SIZES = (1e-300, 1e300)


class Digits(str):
    """A number that no number type holds, as it is written."""

    __slots__ = ()


class JsonParser:
    """Parse JSON values, and count what is unusual about them."""

    def __init__(self) -> None:
        self.exact = 0
        """Numbers that are kept as they are written."""
        self.constants = 0
        """NaN and infinities, which JSON doesn't have."""
        self._decode = json.JSONDecoder(parse_constant=self._constant, parse_float=self._fraction).decode

    def parse(self, text: str) -> object:
        """Parse one value. Raises ValueError for what is no JSON, RecursionError where it is nested too deeply."""
        try:
            value: object = self._decode(text)
        except ValueError as error:
            if not str(error).startswith(_TOO_LONG):
                raise
            value = json.JSONDecoder(
                parse_constant=self._constant, parse_float=self._fraction, parse_int=self._integer
            ).decode(text)
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
        try:
            return int(text)
        except ValueError:
            return self._kept(text)

    def _fraction(self, text: str) -> float | str:
        number = float(text)
        if repr(number) == text:
            return number
        is_safe = len(text) <= _SAFE_LENGTH and _SAFE_SIZES[0] < abs(number) < _SAFE_SIZES[1]
        return number if is_safe or _is_exact(text, number) else self._kept(text)

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
