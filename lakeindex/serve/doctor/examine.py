"""Run every check; one that can't be run is a finding, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lakeindex.config.settings import Settings
from lakeindex.errors import LakeIndexError
from lakeindex.serve.doctor.finding import Finding, broken
from lakeindex.serve.doctor.index_state import check_index
from lakeindex.serve.doctor.installation import (
    check_connectors,
    check_encoder,
    check_extras,
    check_lakeindex,
    check_packages,
    check_python,
)
from lakeindex.serve.doctor.machine import (
    check_faiss,
    check_gpu,
    check_memory,
    check_processors,
    check_sandbox,
    check_temporary_space,
)

CHECKS: dict[str, Callable[[Settings], Iterator[Finding]]] = {
    "python": check_python,
    "lakeindex": check_lakeindex,
    "packages": check_packages,
    "extras": check_extras,
    "connectors": check_connectors,
    "encoder": check_encoder,
    "faiss": check_faiss,
    "gpu": check_gpu,
    "memory": check_memory,
    "processors": check_processors,
    "temporary space": check_temporary_space,
    "sandbox of sql": check_sandbox,
    "index": check_index,
}


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what every check finds."""
    for name, check in CHECKS.items():
        try:
            yield from check(settings)
        except LakeIndexError as error:
            found, _, advice = str(error).partition("; ")
            yield broken(name, found, advice)
        except (ImportError, OSError) as error:
            yield broken(name, f"{type(error).__name__}: {error}", "see the packages above, and the machine's own logs")
