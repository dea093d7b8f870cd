"""Nothing in the sources can run what it reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import lakeindex
import lakeindex_connectors

ROOTS = [Path(package.__file__).parent for package in (lakeindex, lakeindex_connectors)]
UNSAFE = {
    "pickle": r"\b(c?pickle|_pickle|dill|cloudpickle|shelve|marshal|joblib)\b(?!d\b)",
    "torch.load": r"\btorch\.load\b",
    "eval or exec": r"(?<![\w.])(eval|exec|compile)\(",
    "yaml.load": r"\byaml\.(load|unsafe_load|full_load)\b",
    "a shell": r"shell\s*=\s*True|\bos\.(system|popen)\b",
    "numpy with pickle": r"allow_pickle\s*=\s*True",
    "code of a model": r"trust_remote_code\s*=\s*True",
    "pandas, which isn't required": r"\bto_pandas|\bimport pandas|\.fetchdf\(|\.df\(\)",
}

MAY_USE = {"pandas, which isn't required": "frames.py"}
"""The module that gives it to whoever asks for it, and says how to install it."""
_SAID = r"allow_pickle=False|holds a model's weights as|^ *# .*to_pandas_dtype"


def lines_of(path: Path) -> list[str]:
    """Return a file's lines without what its sentences say."""
    text = path.read_text("utf-8")
    return [line for line in text.splitlines() if not re.search(_SAID, line)]


@pytest.mark.parametrize("what", UNSAFE)
def test_no_source_uses(what: str) -> None:
    paths = [path for root in ROOTS for path in root.rglob("*.py") if path.name != MAY_USE.get(what)]
    assert len(paths) > 90
    found = [f"{path}: {line}" for path in paths for line in lines_of(path) if re.search(UNSAFE[what], line)]
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("pickle", "import pickle"),
        ("torch.load", "weights = torch.load(path)"),
        ("eval or exec", "    return eval(text)"),
        ("yaml.load", "yaml.load(text)"),
        ("a shell", "subprocess.run(command, shell=True)"),
        ("numpy with pickle", "np.load(path, allow_pickle=True)"),
        ("code of a model", "load(folder, trust_remote_code=True)"),
        ("pandas, which isn't required", "np.frombuffer(data, array.type.to_pandas_dtype())"),
    ],
)
def test_the_search_finds_what_it_looks_for(what: str, line: str) -> None:
    assert re.search(UNSAFE[what], line)
