"""When rows were written, as a column of theirs says: dates, times, or numbers that grow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Floats
from lakeindex.canonical.arrow_keys import ReadValues
from lakeindex.integrate.records import Records
from lakeindex.profile.normalise import normal_values

_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"
_MOMENT = r"^(\d{4}-\d\d-\d\d)[ t]?(\d\d:\d\d)?(:\d\d)?.*$"


def moments(records: Records, name: str) -> Floats:
    """Return when each row was written, (rows,): seconds, or the number itself; nan where that isn't told."""
    written: Any = records.texts(name).fill_null("")
    texts = normal_values(written)
    ordered: Any = ReadValues.of_one(texts, records.readings[records.names.index(name)]).ordered()
    nothing: Any = pa.scalar(None, pa.large_string())
    numbers = pc.if_else(pc.match_substring_regex(ordered, _NUMBER), ordered, nothing).cast(pa.float64())
    days = pc.if_else(pc.match_substring_regex(ordered, _MOMENT), ordered, nothing)
    minutes = pc.replace_substring_regex(days, _MOMENT, r"\1 \2")
    whole = pc.replace_substring_regex(minutes, r" $", " 00:00")
    instants: Any = pc.strptime(whole, "%Y-%m-%d %H:%M", "s", error_is_null=True)
    seconds = instants.cast(pa.int64()).cast(pa.float64())
    found: Floats = pc.coalesce(numbers, seconds).to_numpy(zero_copy_only=False)
    return np.asarray(found, np.float64)
