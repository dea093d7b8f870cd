"""The evaluator that the project is measured with, which lies beside the repository where it is developed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

PATH = Path(__file__).resolve().parents[3] / "shared" / "evaluate.py"


def load() -> ModuleType | None:
    if not PATH.is_file():
        return None
    spec = importlib.util.spec_from_file_location("shared_evaluate", PATH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
