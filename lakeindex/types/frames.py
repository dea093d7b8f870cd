"""What is laid out as an Arrow table, as a table of pandas or polars, too."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lakeindex.errors import MissingExtra

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow as pa


class Frames:
    """The ways to take rows along, for what has `to_arrow`; their options are those of `to_arrow`."""

    __slots__ = ()

    def to_arrow(self) -> pa.Table:
        """Lay the rows out as an Arrow table."""
        raise NotImplementedError

    def to_pandas(self, **options: Any) -> pandas.DataFrame:
        """Lay the rows out as a pandas DataFrame. Raises MissingExtra without pandas."""
        _require("pandas")
        frame: pandas.DataFrame = self.to_arrow(**options).to_pandas()
        return frame

    def to_polars(self, **options: Any) -> polars.DataFrame:
        """Lay the rows out as a polars DataFrame. Raises MissingExtra without polars."""
        frame: polars.DataFrame = _require("polars").from_arrow(self.to_arrow(**options))
        return frame


def _require(package: str) -> Any:
    # Imported when it is asked for: neither is needed for anything else, and both are slow to import.
    try:
        return import_module(package)
    except ImportError as error:
        raise MissingExtra(package) from error
