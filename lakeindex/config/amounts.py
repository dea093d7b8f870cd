"""Amounts of memory and of output, as people write them."""

from __future__ import annotations

import re

from lakeindex.config.ranges import BYTES

_AMOUNT = re.compile(r"\s*([0-9]{1,30}(?:\.[0-9]{1,30})?)\s*([kmgt]?)(i?)b\s*", re.IGNORECASE)


def bytes_of(amount: str) -> int | None:
    """Return the bytes of an amount like `2GB`, `1.5 GiB` or `500MB`; None for anything else, and beyond 1000TB."""
    found = _AMOUNT.fullmatch(amount)
    if found is None:
        return None
    number, prefix, is_binary = found.groups()
    size = float(number) * (1024 if is_binary else 1000) ** " kmgt".index(prefix.lower() or " ")
    return int(size) if size <= BYTES.most else None
