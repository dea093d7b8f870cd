"""Detect the single-byte encoding of a text in Latin letters: the one in which they fit the alphabet of a language."""

from __future__ import annotations

import re
from collections import Counter

PREFERRED = "cp1252"
CANDIDATES = (PREFERRED, "cp1250", "iso8859_2", "cp1254", "cp1257", "mac_roman", "cp850")
OF_OLD_MACHINES = frozenset(("mac_roman", "cp850"))
_ALPHABETS = (
    "àâæçèéêëîïôœùûüÿ",  # French
    "äöüßé",  # German
    "áéíñóúü¿¡ªº",  # Spanish
    "àáâãçéêíóôõúüªº",  # Portuguese, Galician
    "àèéìíòóùú",  # Italian, Catalan
    "åäöæøéü",  # Swedish, Danish, Norwegian, Finnish
    "áðéíóúýþæö",  # Icelandic
    "àáèéëïöüĳ",  # Dutch
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "ăâîşţșț",  # Romanian
    "čćđšž",  # Croatian, Slovenian, Serbian
    "çğıöşüâîûİ",  # Turkish
    "ąčęėįšųūž",  # Lithuanian
    "āčēģīķļņšūž",  # Latvian
    "äõöüšž",  # Estonian
)
_SIGNS = "“”‘’„‚–—…€£¥§°«»©®™·•²³½¼¾×µ±\u00a0"
_MARGINS = dict.fromkeys(OF_OLD_MACHINES, 0.25)
_MARGIN = 0.06
"""How much higher another encoding must score than the preferred one: more for those of old machines."""
_LETTER = r"[^\W\d_]"
_FOREIGN = re.compile(rf"(?<!{_LETTER})(?P<alone>[^\x00-\x7f])(?!{_LETTER})|(?P<sign>[^\x00-\x7f])")


def choose_latin(data: bytes) -> str:
    """Return the encoding with the highest score; the preferred one unless another is clearly better."""
    gains = {name: _score(data, name) - (name != PREFERRED) * _MARGINS.get(name, _MARGIN) for name in CANDIDATES}
    return max(gains, key=lambda name: gains[name])


def _score(data: bytes, encoding: str) -> float:
    """Return the mean plausibility of the characters that aren't ASCII, by the alphabet that fits them best."""
    text = data.decode(encoding, errors="replace")
    found = list(_FOREIGN.finditer(text))
    letters = Counter(match["sign"].lower() for match in found if match["sign"] and match["sign"].isalpha())
    known = max(sum(letters[letter] for letter in alphabet) for alphabet in _ALPHABETS)
    return (known + sum(_plausibility(text, match) for match in found)) / max(len(found), 1)


def _plausibility(text: str, match: re.Match[str]) -> float:
    """Score a character that isn't ASCII: low for a sign inside a word or a capital after a small letter."""
    sign, before = match[0], text[max(match.start() - 1, 0) : match.start()]
    if sign.isalpha():
        return -0.5 if sign.isupper() and before.islower() else 0.0
    is_inside = match["sign"] is not None and before.isalpha() and text[match.end() : match.end() + 1].isalpha()
    if is_inside:
        return {"’": 1.0, "·": 0.5}.get(sign, -1.0)
    return 0.8 if sign in _SIGNS else -0.25
