"""Start a worker process, `python -m lakeindex.profile.workers.start_worker BYTES`, without importing pandas.

Where pandas is installed, Arrow imports it with the first value that it is given: half of the time that a start takes,
and memory in every worker. Only connectors of other packages may have a use for it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.metadata import entry_points
from types import ModuleType

import pyarrow as pa

from lakeindex.plugins import GROUP


class _PandasHidden(MetaPathFinder):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("a worker has no use for pandas", name=fullname)


def main() -> None:
    """Serve requests, as `worker` does."""
    if all(entry.dist is not None and entry.dist.name == "lakeindex" for entry in entry_points(group=GROUP)):
        _have_arrow_find_no_pandas()
    from lakeindex.profile.workers.worker import main as serve_requests

    serve_requests()


def _have_arrow_find_no_pandas() -> None:
    """Give Arrow a first value while there is no pandas: it looks for it only once."""
    hidden = _PandasHidden()
    sys.meta_path.insert(0, hidden)
    try:
        pa.scalar("")
    finally:
        sys.meta_path.remove(hidden)


if __name__ == "__main__":
    main()
