"""Counts of what a server answered, as Prometheus reads them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""


class Metrics:
    """Counts answers by address and status, and how long they took; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: Counter[tuple[str, int]] = Counter()
        self._within: dict[str, Counter[int]] = {}
        self._seconds: Counter[str] = Counter()

    def count(self, path: str, status: int, seconds: float) -> None:
        """Count an answer."""
        place = next((place for place, bound in enumerate(_BOUNDS) if seconds <= bound), len(_BOUNDS))
        with self._lock:
            self._answers[path, status] += 1
            self._within.setdefault(path, Counter())[place] += 1
            self._seconds[path] += seconds  # type: ignore[assignment]

    def text(self, at_work: int, generation: int) -> str:
        """Return all counts in the text format of Prometheus."""
        with self._lock:
            return "\n".join((*self._lines(at_work, generation), ""))

    def _lines(self, at_work: int, generation: int) -> Iterator[str]:
        yield "# HELP lakeindex_generation The generation of the index that answers."
        yield "# TYPE lakeindex_generation gauge"
        yield f"lakeindex_generation {generation}"
        yield "# HELP lakeindex_at_work Answers that are being worked on."
        yield "# TYPE lakeindex_at_work gauge"
        yield f"lakeindex_at_work {at_work}"
        yield "# HELP lakeindex_answers_total Answers, by address and status."
        yield "# TYPE lakeindex_answers_total counter"
        for (path, status), number in sorted(self._answers.items()):
            yield f'lakeindex_answers_total{{path="{path}",status="{status}"}} {number}'
        yield "# HELP lakeindex_answer_seconds How long answers took."
        yield "# TYPE lakeindex_answer_seconds histogram"
        for path, places in sorted(self._within.items()):
            totals = list(accumulate(places[place] for place in range(len(_BOUNDS) + 1)))
            for bound, total in zip((*map(str, _BOUNDS), "+Inf"), totals, strict=True):
                yield f'lakeindex_answer_seconds_bucket{{path="{path}",le="{bound}"}} {total}'
            yield f'lakeindex_answer_seconds_sum{{path="{path}"}} {self._seconds[path]:.6f}'
            yield f'lakeindex_answer_seconds_count{{path="{path}"}} {totals[-1]}'
