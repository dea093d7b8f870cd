"""One of several equal shares of what is to be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from lakeindex.errors import InvalidSetting

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Share:
    """One of several equal shares."""

    number: int
    """From 1 on."""
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2/3`. Raises InvalidSetting for anything that is no share."""
        found = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", text)
        if found is None or int(found[1]) > int(found[2]):
            raise InvalidSetting(f"{text!r} is no shard: give its number and how many there are, as 2/3")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def of_each(self, several: Sequence[_T]) -> Sequence[_T]:
        """Return those of several that fall to it, as cards are dealt."""
        return several[self.number - 1 :: self.of]


ALL = Share(1, 1)
