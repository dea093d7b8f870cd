from __future__ import annotations

from pathlib import Path

import pytest

from tools.docs.sample import copy_of


@pytest.fixture(scope="module")
def workspace(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample for whatever doesn't change its index."""
    return copy_of(sample, tmp_path_factory.mktemp("docs"))
