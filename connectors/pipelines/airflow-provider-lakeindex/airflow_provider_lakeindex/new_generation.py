"""A sensor that waits for a new generation of an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseSensorOperator, PokeReturnValue

from lakeindex import Lake, Settings
from lakeindex.errors import IndexMissing


class NewGenerationSensor(BaseSensorOperator):
    """Wait until the index has another generation than the one that this task saw last; returns its number.

    `after` is the number of a generation to compare with instead, as a template may give it. An index that is not
    there yet is waited for.
    """

    template_fields: Sequence[str] = ("index", "after")

    def __init__(
        self, *, index: str, after: int | str | None = None, settings: Settings | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.index = index
        self.after = after
        self.settings = settings

    def poke(self, context: Any) -> PokeReturnValue:
        """Look once."""
        try:
            with Lake.open(self.index, self.settings) as lake:
                now = lake.generation.number
        except IndexMissing:
            return PokeReturnValue(is_done=False)
        return PokeReturnValue(is_done=now != self._seen(context), xcom_value=now)

    def _seen(self, context: Any) -> int | None:
        """Return the number of the generation to compare with; None where none was seen."""
        if self.after is not None:
            return int(self.after)
        seen = context["ti"].xcom_pull(task_ids=self.task_id, include_prior_dates=True)
        return None if seen is None else int(seen)
