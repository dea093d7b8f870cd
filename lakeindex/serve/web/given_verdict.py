"""A verdict that somebody gives on a page, with a note."""

from __future__ import annotations

from dataclasses import dataclass

from lakeindex.errors import InvalidSetting
from lakeindex.lake import Lake
from lakeindex.serve.web.asked import Query, choice_of, form_of, pair_of
from lakeindex.serve.web.links import column_link, join_link
from lakeindex.types.lake import ColumnId

MOST_NOTE = 1_000
_VERDICTS = ("accept", "reject", "withdraw")
_PLACES = ("join", "column", "verdicts")


@dataclass(frozen=True, slots=True)
class GivenVerdict:
    """A verdict on a pair of columns, and the page that it was given on."""

    left: ColumnId
    right: ColumnId
    verdict: str
    note: str
    place: str

    @classmethod
    def of(cls, query: Query, body: bytes) -> GivenVerdict:
        """Read what a form has sent. Raises InvalidSetting for what no form of ours sends."""
        left, right = pair_of(query)
        form = form_of(body)
        note = " ".join(form.get("note", "").split())
        if len(note) > MOST_NOTE:
            raise InvalidSetting(f"a note has at most {MOST_NOTE:,} characters, and this one {len(note):,}: shorten it")
        verdict = choice_of(form, "verdict", ("", *_VERDICTS))
        if not verdict:
            raise InvalidSetting("no verdict was given: choose to accept or to reject")
        return cls(left, right, verdict, note, choice_of(form, "place", _PLACES))

    def give(self, lake: Lake) -> None:
        """Give it. Raises NotFound with the nearest names, InvalidSetting for columns of one table, LockHeld."""
        if self.verdict == "withdraw":
            lake.withdraw(self.left, self.right)
        elif self.verdict == "accept":
            lake.accept(self.left, self.right, note=self.note)
        else:
            lake.reject(self.left, self.right, note=self.note)

    @property
    def way_back(self) -> str:
        """The address of the page that it was given on."""
        if self.place == "verdicts":
            return "/verdicts"
        return column_link(self.left) if self.place == "column" else join_link(self.left, self.right)
