"""Find programs that turn one text into another one, the simplest first.

The target is composed of pieces of the value and of constants: by a shortest path over the target's positions, whose
edges are pieces, and then by every way to cut each piece (the directed acyclic graph of FlashFill, kept small).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product

from lakeindex.join.transform.characters import Kind, lowered, stripped
from lakeindex.join.transform.cuts import Steps, Ways, cuts_of, positions_of
from lakeindex.join.transform.program import Constant, Extract, Piece, Program
from lakeindex.join.transform.rewrites import Pad
from lakeindex.join.transform.steps import Run, Span

_LONGEST = 120
_PATHS = 5
_SEPARATOR = 0.7
_WORD = 1.5
_MOST_PIECES = 6
_WAYS_OF_PIECES = {1: 16, 2: 6, 3: 4, 4: 3}
Numbers = tuple[int, ...]
Edges = dict[tuple[int, int], Ways]
Path = tuple[float, tuple[tuple[int, int, bool], ...]]
"""Cost, and the spans of the target: start, end, whether it is a piece of the value."""


@dataclass(frozen=True, slots=True)
class CommonTexts:
    """What many targets have in common, in lower case: it may be a constant."""

    words: frozenset[str] = frozenset()
    """Runs of letters, digits or both."""
    start: str = ""
    end: str = ""


class Pieces:
    """Numbers of pieces, which are faster to compare and to count than the pieces."""

    def __init__(self) -> None:
        self._numbers: dict[Piece, int] = {}
        self._pieces: list[Piece] = []

    def number(self, piece: Piece) -> int:
        """Return the piece's number."""
        number = self._numbers.setdefault(piece, len(self._pieces))
        if number == len(self._pieces):
            self._pieces.append(piece)
        return number

    def program(self, numbers: Numbers) -> Program:
        """Return the program of pieces of these numbers."""
        return Program(tuple(self._pieces[number] for number in numbers))


def explanations(value: str, target: str, common: CommonTexts, known: Pieces) -> set[Numbers]:
    """Propose programs, as numbers of pieces, that turn a value into a target, but for the case of letters.

    Constants are separators and what the targets have in common. A value or target of more than 120 characters is not
    explained.
    """
    value, target = stripped(value), stripped(target)
    small = lowered(target)
    if not value or not target or max(len(value), len(target), len(small)) > _LONGEST:
        return set()
    edges = _edges(lowered(value), small)
    programs: set[Numbers] = set()
    for _, spans in _paths(small, edges, common):
        pieces = sum(is_cut for _, _, is_cut in spans)
        ways = _WAYS_OF_PIECES.get(pieces, 2)
        choices = [
            [known.number(Extract(steps)) for _, steps in edges[start, end][:ways]]
            if is_cut
            else [known.number(Constant(target[start:end]))]
            for start, end, is_cut in spans
        ]
        if 0 < pieces <= _MOST_PIECES:
            programs.update(product(*choices))
    return programs


def _edges(value: str, target: str) -> Edges:
    edges: dict[tuple[int, int], Ways] = defaultdict(list)
    tokens = Kind.WORD.runs(target)
    starts, ends = {start for start, _ in tokens}, {end for _, end in tokens}
    for text, ways in cuts_of(value, target).items():
        place = target.find(text)
        while place >= 0:
            end = place + len(text)
            # A single character inside a word is no piece.
            if len(text) > 1 or (place in starts and end in ends) or not text.isalnum():
                edges[place, end] += ways
            place = target.find(text, place + 1)
    _add_affixes(edges, value, target, ends)
    for kind in (Kind.LETTERS, Kind.DIGITS):
        for start, end in kind.runs(target):
            edges[start, end] += positions_of(value, target[start:end])
    for start, end in Kind.DIGITS.runs(target):
        edges[start, end] += _padded(value, target[start:end])
    return {span: sorted(ways, key=lambda way: way[0]) for span, ways in edges.items() if ways}


def _add_affixes(edges: Edges, value: str, target: str, ends: set[int]) -> None:
    """Add the beginnings and ends of the value's runs of letters or digits: initials, abbreviations, last digits."""
    for kind in (Kind.LETTERS, Kind.DIGITS):
        runs = kind.runs(value)
        for number, (start, end) in enumerate(runs[:8], 1):
            run = value[start:end]
            whole: tuple[Steps, ...] = ((Run(kind, number),), (Run(kind, number - 1 - len(runs)),))
            for place in range(len(target)):
                length = _common_prefix(run, target, place)
                if 0 < length < len(run):
                    span = Span(1, length)
                    edges[place, place + length] += [(0.25 + span.size + 0.02 * number, (*one, span)) for one in whole]
            for place in ends:
                length = _common_prefix(run[::-1], target[:place][::-1], 0)
                if 1 < length < len(run):
                    span = Span(-length, length)
                    edges[place - length, place] += [(0.35 + span.size, (*one, span)) for one in whole]


def _common_prefix(run: str, target: str, place: int) -> int:
    length = 0
    for mine, other in zip(run, target[place : place + len(run)], strict=False):
        if mine != other:
            break
        length += 1
    return length


def _padded(value: str, number: str) -> Ways:
    if not number.startswith("0"):
        return []
    runs = Kind.DIGITS.runs(value)
    whole: Ways = [(0.3, (Pad(len(number)),))] if value.isdigit() and value.rjust(len(number), "0") == number else []
    return whole + [
        (0.6, (Run(Kind.DIGITS, place), Pad(len(number))))
        for index, (start, end) in enumerate(runs[:6])
        if end - start < len(number) and value[start:end].rjust(len(number), "0") == number
        for place in (index + 1, index - len(runs))
    ]


def _paths(target: str, edges: Edges, common: CommonTexts) -> list[Path]:
    """Find the cheapest paths through the target."""
    leaving: dict[int, list[tuple[int, float, bool]]] = defaultdict(list)
    for (start, end), ways in edges.items():
        leaving[start].append((end, 1 + ways[0][0], True))
    for start, end, cost in _constants(target, common):
        leaving[start].append((end, cost, False))
    best: list[list[Path]] = [[] for _ in range(len(target) + 1)]
    best[0] = [(0.0, ())]
    for place in range(len(target)):
        best[place].sort(key=lambda path: path[0])
        for cost, spans in best[place][:_PATHS]:
            for end, extra, is_cut in leaving[place]:
                joins = bool(spans) and not is_cut and not spans[-1][2]
                step = (spans[-1][0] if joins else place, end, is_cut)
                before = spans[:-1] if joins else spans
                best[end].append((cost + extra - (0.5 if joins else 0), (*before, step)))
    return sorted(best[-1], key=lambda path: path[0])[:_PATHS]


def _constants(target: str, common: CommonTexts) -> list[tuple[int, int, float]]:
    """Return the costs of constants: separators, and words of many targets, as other text is of one target only."""
    constants: list[tuple[int, int, float]] = []
    covered = 0
    for start, end in [*Kind.WORD.runs(target), (len(target), len(target))]:
        constants += [(place, place + 1, _SEPARATOR) for place in range(covered, start)]
        covered = end
    for kind in Kind:
        constants += [(start, end, _WORD) for start, end in kind.runs(target) if target[start:end] in common.words]
    if common.start and target.startswith(common.start):
        constants.append((0, len(common.start), _WORD))
    if common.end and target.endswith(common.end):
        constants.append((len(target) - len(common.end), len(target), _WORD))
    return constants
