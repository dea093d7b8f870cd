from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.hashing.text_hash import HashedText, mix

GOLDEN = {
    "": 0x0,
    "a": 0x79CE5DC97509C089,
    "paris": 0xB288E358FFCB610A,
    "são paulo": 0xC4E9271292AACC7D,
    "0": 0x4930C821C1606730,
    "x" * 100: 0xC863D7F1DA86DD9C,
}
TEXTS = st.lists(st.text(alphabet=st.sampled_from("ab é北\x00😀"), max_size=9), max_size=8)


def hash_alone(text: bytes) -> int:
    """The hash by its definition, in Python's integers."""
    base, whole = 0x9E3779B97F4A7C15, 2**64
    total = sum((byte + 1) * pow(base, place, whole) for place, byte in enumerate(text)) + len(text)
    mixed = total % whole
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 % whole
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB % whole
    return mixed ^ mixed >> 31


def hashed(texts: list[str]) -> HashedText:
    return HashedText.from_arrow(pa.array(texts, pa.large_string()))


def test_hashes_never_change() -> None:
    assert dict(zip(GOLDEN, hashed(list(GOLDEN)).strings().tolist(), strict=True)) == GOLDEN


def test_mix_is_the_finaliser_of_splitmix64() -> None:
    # The first two outputs of splitmix64 from seed 0 (Vigna's reference implementation).
    states = np.array([0x9E3779B97F4A7C15, 0x3C6EF372FE94F82A], np.uint64)
    assert mix(states).tolist() == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4]


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_strings_are_hashed_as_each_alone(texts: list[str]) -> None:
    assert hashed(texts).strings().tolist() == [hash_alone(text.encode()) for text in texts]


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_words_are_the_runs_between_spaces(texts: list[str]) -> None:
    hashes, owners = hashed(texts).words()
    expected = [(word, row) for row, text in enumerate(texts) for word in text.split(" ") if word]
    assert hashes.tolist() == [hash_alone(word.encode()) for word, _ in expected]
    assert owners.tolist() == [row for _, row in expected]


@settings(max_examples=50, deadline=None)
@given(TEXTS, st.integers(1, 5))
def test_grams_are_the_runs_of_bytes_and_shorter_strings_whole(texts: list[str], size: int) -> None:
    hashes, owners = hashed(texts).grams(size)
    expected = [
        (text.encode()[start : start + size], row)
        for row, text in enumerate(texts)
        if text
        for start in range(max(len(text.encode()) - size + 1, 1))
    ]
    assert hashes.tolist() == [hash_alone(gram) for gram, _ in expected]
    assert owners.tolist() == [row for _, row in expected]


@settings(max_examples=50, deadline=None)
@given(TEXTS.filter(any), st.data())
def test_a_span_is_hashed_as_if_it_stood_alone(texts: list[str], data: st.DataObject) -> None:
    joined = "".join(texts).encode()
    start = data.draw(st.integers(0, len(joined)))
    end = data.draw(st.integers(start, len(joined)))
    assert hashed(texts).spans(np.array([start]), np.array([end])).tolist() == [hash_alone(joined[start:end])]


def test_equal_words_hash_equal_wherever_they_stand() -> None:
    far = "x" * 100_000
    (first, *_, last), _ = hashed([f"paris {far}", "", f"{far} paris"]).words()
    assert first == last == GOLDEN["paris"]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()], ids=str)
def test_a_slice_is_hashed_as_its_own_array(kind: pa.DataType) -> None:
    whole = pa.array(["skip é", "two words", "", "b", "skip"], kind)
    cut, alone = HashedText.from_arrow(whole.slice(1, 3)), hashed(["two words", "", "b"])
    assert cut.strings().tolist() == alone.strings().tolist()
    assert [part.tolist() for part in cut.words()] == [part.tolist() for part in alone.words()]
    assert [part.tolist() for part in cut.grams(3)] == [part.tolist() for part in alone.grams(3)]


@pytest.mark.parametrize("texts", [[], [""], ["", ""]], ids=["no strings", "an empty string", "two empty strings"])
def test_nothing_has_no_words_and_no_grams(texts: list[str]) -> None:
    text = hashed(texts)
    assert text.strings().tolist() == [0] * len(texts)
    assert [part.tolist() for part in text.words()] == [[], []]
    assert [part.tolist() for part in text.grams(3)] == [[], []]


def test_200_000_distinct_strings_have_distinct_hashes() -> None:
    chooser = random.Random(7)
    numbers = [str(number) for number in range(100_000)]
    codes = {f"{chooser.randrange(16**8):08x}-{chooser.choice('ABC')}" for _ in range(101_000)}
    texts = numbers + sorted(codes)[:100_000]
    assert len(np.unique(hashed(texts).strings())) == 200_000


def test_every_bit_of_a_hash_is_set_in_half_of_them() -> None:
    # Sketches keep the smallest hashes: they are a fair sample only if each bit is even.
    hashes = hashed([str(number) for number in range(40_000)]).strings()
    shares = [float((hashes >> np.uint64(bit) & np.uint64(1)).mean()) for bit in range(64)]
    five_sigma = 5 * 0.5 / 40_000**0.5
    assert max(abs(share - 0.5) for share in shares) < five_sigma
