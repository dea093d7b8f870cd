"""Names for types that nobody named: the header that is most typical of a cluster, in words, unique within the lake."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from lakeindex.types.names import is_positional, words_of

NAMELESS = "unnamed"
_LONGEST = 40
"""Characters of a header that may be a name: a longer one is a sentence, or a value."""
_PLURAL = re.compile(r"(?<=[a-z]{2})(?<![aisu])s$")
_PLURAL_IES, _PLURAL_ES = re.compile(r"(?<=[a-z]{2})ies$"), re.compile(r"(?<=[a-z](?:s|x|z))es$|(?<=(?:ch|sh))es$")


def name_types(clusters: Sequence[Sequence[str]], known: Mapping[int, str]) -> list[str]:
    """Return a name for each cluster, given the headers of its columns; no two are alike.

    `known` names some clusters, by their numbers. A larger cluster chooses first.
    """
    names = dict(known)
    taken = set(names.values())
    for number in sorted(range(len(clusters)), key=lambda one: (-len(clusters[one]), one)):
        if number not in names:
            names[number] = next(one for one in _proposed(clusters[number]) if one not in taken)
            taken.add(names[number])
    return [names[number] for number in range(len(clusters))]


def singular(words: str) -> str:
    """Return a name with its last word in the singular, as far as English rules tell: `order lines` is `order line`."""
    if _PLURAL_IES.search(words):
        return _PLURAL_IES.sub("y", words)
    shorter = _PLURAL_ES.sub("", words)
    return shorter if shorter != words else _PLURAL.sub("", words)


def _proposed(headers: Sequence[str]) -> Iterator[str]:
    """Yield names, the most typical header first; where all are taken, this one with a number."""
    names = typical_names(headers) or [NAMELESS]
    yield from names
    for number in count(2):
        yield f"{names[0]} ({number})"


def typical_names(headers: Sequence[str]) -> list[str]:
    """Return what headers say in words, the most frequent first, then those of whose words others have most.

    Names that only tell a column's place, and those as long as a sentence, come last.
    """
    counts = Counter(singular(words_of(header)) for header in headers)
    counts.pop("", None)
    of_words = Counter(word for name, times in counts.items() for word in set(name.split()) for _ in range(times))
    return sorted(counts, key=lambda name: (*_unfit(name), -counts[name], -_shared(name, of_words), len(name), name))


def _shared(name: str, of_words: Counter[str]) -> float:
    words = name.split()
    return sum(of_words[word] for word in words) / len(words)


def _unfit(name: str) -> tuple[bool, bool]:
    return is_positional(name), len(name) > _LONGEST
