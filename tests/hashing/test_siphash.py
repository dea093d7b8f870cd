from __future__ import annotations

import numpy as np
import pytest

from lakeindex.hashing.siphash import keyed_spellings, new_key, siphash
from lakeindex.hashing.text_hash import KEY_MASK

KEY = bytes(range(16))


def test_it_is_siphash_2_4() -> None:
    # The ninth of the reference implementation's test vectors: the bytes 0 to 7 under the key 0 to 15.
    word = int.from_bytes(bytes(range(8)), "little")
    assert siphash(np.array([word], np.uint64), KEY).tolist() == [0x93F5F5799A932462]


def test_another_key_gives_other_hashes() -> None:
    words = np.arange(1000, dtype=np.uint64)
    assert not np.any(siphash(words, KEY) == siphash(words, new_key()))
    assert len(np.unique(siphash(words, KEY))) == 1000


@pytest.mark.parametrize("endings", [1, 7])
def test_spellings_of_a_key_agree_where_they_did_and_nowhere_else(endings: int) -> None:
    leading = np.repeat(np.arange(1, 50, dtype=np.uint64) << np.uint64(24), endings)
    hashes = leading + np.tile(np.arange(endings, dtype=np.uint64), 49)
    keyed = keyed_spellings(hashes, KEY)
    assert len(np.unique(keyed)) == len(hashes)
    groups = keyed & KEY_MASK
    assert len(np.unique(groups)) == 49
    assert np.all((groups[1:] == groups[:-1]) == (leading[1:] == leading[:-1]))
