"""Propose programs from candidate pairs of values, most often proposed first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from lakeindex.join.transform.characters import Kind, lowered, stripped
from lakeindex.join.transform.dates import READ_FORMATS, WRITE_FORMATS, Redate, Renumber, read_date
from lakeindex.join.transform.explain import CommonTexts, Numbers, Pieces, explanations
from lakeindex.join.transform.program import Extract, Program

_MOST = 200
_COMPARED = 1000


def proposals(pairs: Sequence[tuple[str, str]], common: CommonTexts) -> list[Program]:
    """Explain each pair (value, target), and keep the programs that explain the most values; then the simplest."""
    known = Pieces()
    votes: Counter[Numbers] = Counter()
    by_value: defaultdict[str, set[Numbers]] = defaultdict(set)
    for value, target in pairs:
        by_value[value] |= explanations(value, target, common, known)
    for proposed in by_value.values():
        votes.update(proposed)
    # More are compared than are kept, since of those with as many votes the simplest are kept.
    compared = [(-count, known.program(numbers)) for numbers, count in votes.most_common(_COMPARED)]
    return [program for _, program in sorted(compared, key=lambda one: (one[0], one[1].size))[:_MOST]]


def typed_proposals(values: Sequence[str]) -> list[Program]:
    """Propose the other formats of dates and numbers, where most values are such."""
    programs: list[Program] = []
    for read in READ_FORMATS:
        # With day and month swapped many dates can be read, but not nearly all.
        if sum(read_date(stripped(value), read) is not None for value in values) >= 0.9 * len(values) > 0:
            programs += [_of(Redate(read, write)) for write in WRITE_FORMATS if write != read]
    for thousands in ",.":
        step = Renumber(thousands)
        made = [(value, step.on(stripped(value))) for value in values]
        if 2 * sum(one is not None and one != value for value, one in made) >= len(values) > 0:
            programs.append(_of(step))
    return programs


def common_texts(targets: Sequence[str]) -> CommonTexts:
    """List what many targets have in common: words of one in twenty, and how most of them start and end."""
    counts: Counter[str] = Counter()
    small = [lowered(stripped(target)) for target in targets]
    for target in small:
        counts.update({target[start:end] for kind in Kind for start, end in kind.runs(target)})
    words = frozenset(word for word, count in counts.items() if count >= max(3, len(targets) / 20))
    return CommonTexts(words, _common_start(small), _common_start([target[::-1] for target in small])[::-1])


def _common_start(texts: Sequence[str]) -> str:
    # Four fifths of all are between these two in order, and share what the two share.
    ordered = sorted(texts)
    if not ordered:
        return ""
    low, high = ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]
    return low[: next((place for place in range(len(low)) if low[place] != high[place : place + 1]), len(low))]


def _of(step: Redate | Renumber) -> Program:
    return Program((Extract((step,)),))
