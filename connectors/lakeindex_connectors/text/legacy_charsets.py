"""Detect the encoding of a text that isn't UTF-8: by charset-normalizer for other scripts, by letters for Latin."""

from __future__ import annotations

import re

from lakeindex_connectors.text.latin_charsets import choose_latin

_OF_TWO_BYTES = ("cp932", "euc_jp", "gb18030", "big5", "cp949")
OF_ONE_BYTE = ("cp1251", "koi8_r", "cp866", "iso8859_5", "cp1253", "cp1255", "cp1256")
_EVEN_RUNS = 6
"""Different words, all of an even number of bytes: so many show that a letter takes two bytes."""
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_KANA_LEAD = re.compile(rb"[\x82\x83][\x40-\x7e\x80-\xfc]")
_FOREIGN = re.compile(r"[^\W\d_a-zA-Z]")
_MIXED = re.compile(r"(?<=[a-zA-Z])[^\W\d_a-zA-Z\u2e80-\U0003ffff]|[^\W\d_a-zA-Z\u2e80-\U0003ffff](?=[a-zA-Z])")
"""Without ideographs, which stand beside Latin letters without a blank."""
_HALF_WIDTH = re.compile(r"[\uff61-\uff9f]")
"""Half-width katakana: what accented capitals look like in a wrong encoding."""
_HANJA = re.compile(r"[\u4e00-\u9fff]")
_HANJA_SHARE = 8
_ENOUGH_LETTERS = 12
_VOWELS = 0.29
_LEAST_LETTERS = 3
"""Different letters of another script, at least."""
_LEAST_SHARE = 0.25
"""Share of the runs of high bytes that are longer than one byte, in text of another script."""


def choose_charset(sample: bytes) -> str:
    """Return the encoding of a sample whose lines all have bytes that aren't ASCII."""
    return _detect_script(sample) or choose_latin(sample)


def _detect_script(sample: bytes) -> str | None:
    """Return the encoding of a text in another script than Latin; None where accents explain the bytes."""
    runs = _HIGH_RUN.findall(sample)
    long_runs = sum(len(run) > 1 for run in runs)
    if not runs or (long_runs < _LEAST_SHARE * len(runs) and 2 * len(_KANA_LEAD.findall(sample)) < len(runs)):
        return None
    if _is_hebrew(runs):
        return "cp1255"
    # Imported late, as few files need it.
    from charset_normalizer import from_bytes

    has_pairs = len(set(runs)) >= _EVEN_RUNS and all(len(run) % 2 == 0 for run in runs)
    left = [*_OF_TWO_BYTES, *(() if has_pairs else OF_ONE_BYTE)]
    while left and (best := from_bytes(sample, cp_isolation=left).best()):
        text = sample.decode(best.encoding, errors="replace")
        if _is_plausible(text, best.encoding):
            return best.encoding if _is_another_script(text) else None
        left.remove(best.encoding)
    return None


def _is_plausible(text: str, encoding: str) -> bool:
    """Return whether the letters fit the encoding: Chinese decoded as Korean mixes two scripts."""
    return encoding != "cp949" or _HANJA_SHARE * len(_HANJA.findall(text)) < len(_FOREIGN.findall(text))


def _is_hebrew(runs: list[bytes]) -> bool:
    """Return whether all bytes are Hebrew letters of cp1255: Russian in small letters would have more vowels there."""
    letters = b"".join(runs)
    is_within = len(letters) >= _ENOUGH_LETTERS and min(letters) >= 0xE0 and max(letters) <= 0xFA
    return is_within and sum(map(letters.count, "аеиоу".encode("cp1251"))) < _VOWELS * len(letters)


def _is_another_script(text: str) -> bool:
    """Return whether a text has words in another script, rather than Latin words with a few such letters in them."""
    foreign, mixed = _FOREIGN.findall(text), _MIXED.findall(text)
    is_varied = len(set(foreign)) >= _LEAST_LETTERS or any(letter > "\u2e80" for letter in foreign)
    return is_varied and 5 * len(mixed) < len(foreign) and 2 * len(_HALF_WIDTH.findall(text)) < len(foreign)
