"""Character trigrams of the values that a profile keeps as text: what reformatted values still share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Texts
from lakeindex.arrays.constant_texts import constant_text
from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.hashing.siphash import siphash
from lakeindex.hashing.text_hash import HashedText
from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.read_once import NormalOnce, ReadOnce
from lakeindex.profile.sampled_texts import SampledTexts
from lakeindex.profile.sketch import Sketch, sketch_each

GRAM_BYTES = 3

_SPACE = constant_text(" ")
_NOTHING = constant_text("")


def gram_sketches(profiles: Sequence[ColumnProfile], limits: Sequence[ProfileLimits]) -> list[Sketch]:
    """Sketch the trigrams of each profile's texts, counted once a text, however many rows hold it.

    `limits` are those of each column; all keys among them are the same.
    """
    normal = NormalOnce.of(SampledTexts.joined([profile.texts for profile in profiles]).texts)
    owners = np.repeat(np.arange(len(profiles)), [len(profile.texts) for profile in profiles])
    readings = [profile.reading for profile in profiles]
    read = ReadOnce.of(normal, owners, readings, np.zeros(len(profiles), bool))
    words = read.values.words(read.values.ordered())
    padded: Texts = pc.binary_join_element_wise(_SPACE, words, _SPACE, _NOTHING)
    hashes, strings = HashedText.from_arrow(padded).grams(GRAM_BYTES)
    chosen, places = read.expanded(strings)
    hashes, owners = hashes[chosen], owners[places]
    key = next((one.key for one in limits if one.key), b"")
    if key:
        is_keyed = np.array([bool(one.key) for one in limits])[owners]
        hashes = np.where(is_keyed, siphash(hashes, key), hashes)
    size = limits[0].grams if limits else 0
    return sketch_each(hashes, np.ones(len(hashes), np.int64), owners, len(profiles), size)
