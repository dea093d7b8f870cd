"""An operator that fails where a join of a lake broke."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from lakeindex import Lake, Settings, WatchRules


class WatchJoinsOperator(BaseOperator):
    """Compare the confident joins of an index with those of its earlier generation; fail where one broke.

    There is no retry: it would find the same. With `fail=False` the broken joins are returned instead, a row each.
    """

    template_fields: Sequence[str] = ("index",)

    def __init__(
        self,
        *,
        index: str,
        settings: Settings | None = None,
        rules: WatchRules | None = None,
        fail: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.index = index
        self.settings = settings
        self.rules = rules
        self.fail = fail

    def execute(self, context: Any) -> list[dict[str, Any]]:
        """Watch the joins. Raises AirflowFailException, which names those that broke."""
        with Lake.open(self.index, self.settings) as lake:
            watched = lake.watch_joins(rules=self.rules)
        if watched.broken and self.fail:
            raise AirflowFailException(repr(watched))
        self.log.info("%r", watched)
        return watched.to_arrow().to_pylist()
