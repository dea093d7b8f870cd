"""The parts of a value that occur in a target, with the steps that cut them out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from lakeindex.join.transform.characters import Kind, lowered
from lakeindex.join.transform.program import applied
from lakeindex.join.transform.rewrites import Letters, Replace, Unpad, Write
from lakeindex.join.transform.steps import Keep, Parts, Run, Span, Step

Steps = tuple[Step, ...]
Ways = list[tuple[float, Steps]]
"""Ways to cut out the same text, each with its complexity."""

_PARTS = 6
_SEPARATORS = 6
_SLICES = ((1, 1), (-1, -1), (2, 2), (-2, -2), (2, -1), (1, -2), (3, -1), (1, 2), (-2, -1))
_WAYS = 8


def cuts_of(value: str, target: str) -> dict[str, Ways]:
    """Cut a value in every way of one or two steps whose result, in lower case, occurs in the target.

    Both are in lower case. The ways to a text are sorted by complexity, and bounded in number.
    """
    cuts: dict[str, Ways] = defaultdict(list)
    for steps in _single_steps(value):
        _add(cuts, value, target, steps)
    for separator in separators_of(value)[:_SEPARATORS]:
        for first, last in _slices(value, separator):
            outer = Parts(separator, first, last)
            part = outer.on(value)
            if part is None or part == value:
                continue
            _add(cuts, value, target, (outer,))
            for step in _second_steps(part, separator):
                _add(cuts, value, target, (outer, step))
    _add_replacements(cuts, value, target)
    return {text: sorted(ways, key=lambda way: way[0])[:_WAYS] for text, ways in cuts.items()}


def separators_of(text: str) -> list[str]:
    """List the separators between the words of a text: each run of other characters, and each character of it."""
    separators: dict[str, None] = {}
    end = 0
    for start, following in [*Kind.WORD.runs(text), (len(text), len(text))]:
        gap = text[end:start]
        if gap:
            separators[gap.strip(" ") or " "] = None
            separators.update(dict.fromkeys(gap))
        end = following
    return list(separators)


def _single_steps(value: str) -> Iterable[Steps]:
    yield ()
    if value.isascii() and value.isdigit():
        yield (Unpad(),)
    for kind in Kind:
        count = len(kind.runs(value))
        for number in range(1, min(count, _PARTS) + 1):
            for step in (Run(kind, number), Run(kind, number - 1 - count)):
                yield (step,)
                if kind is Kind.DIGITS:
                    yield (step, Unpad())
        if count > 1:
            yield (Keep(kind),)
    if not value.isascii():
        yield (Write(Letters.PLAIN),)


def _slices(value: str, separator: str) -> Iterable[tuple[int, int]]:
    count = len(value.split(separator))
    for number in range(1, min(count, _PARTS) + 1):
        yield number, number
        yield number - 1 - count, number - 1 - count
    if count > 2:
        yield from ((1, -2), (2, -1))
    if count > 3:
        yield from ((2, -2), (3, -1), (1, -3), (-2, -1), (1, 2))


def _second_steps(part: str, separator: str) -> Iterable[Step]:
    for other in separators_of(part)[:4]:
        if other != separator:
            for first, last in _SLICES[: 6 if part.count(other) > 1 else 2]:
                yield Parts(other, first, last)
    for kind in (Kind.LETTERS, Kind.DIGITS):
        runs = kind.runs(part)
        if runs and runs != [(0, len(part))]:
            yield Run(kind, 1)
            yield Run(kind, -1)


def _add_replacements(cuts: dict[str, Ways], value: str, target: str) -> None:
    separators = [one for one in separators_of(value) if value.count(one) > 0][:_SEPARATORS]
    others = ["", *dict.fromkeys(one for one in separators_of(target) if one not in value or len(one) == 1)]
    for old in separators:
        for new in others[:_SEPARATORS]:
            if new != old:
                _add(cuts, value, target, (Replace(old, new),))


def _add(cuts: dict[str, Ways], value: str, target: str, steps: Steps) -> None:
    text = applied(steps, value)
    if text is not None and (text := lowered(text)) in target:
        cuts[text].append((sum(step.size for step in steps), steps))


def positions_of(value: str, token: str) -> Ways:
    """Cut a token out of a value by its position, from the left and from the right."""
    ways: Ways = []
    start = value.find(token)
    while start >= 0 and len(ways) < 4:
        for span in (Span(start + 1, len(token)), Span(start - len(value), len(token))):
            ways.append((span.size, (span,)))
        start = value.find(token, start + 1)
    return ways
