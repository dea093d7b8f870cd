"""The sample lake and its index, in which examples are run: made once, copied for every page."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from lakeindex.store.generations import open_current
from lakeindex.store.trust_cache import add_trust
from tools.docs.transcript import run_line, run_words

MAKING = ("lakeindex demo lake", "lakeindex index lake")
"""What the quickstart begins with."""
_ARCHIVE = "sample.tar"
_TRANSCRIPTS = "transcripts.json"


def make_sample(folder: Path) -> Path:
    """Write the sample lake and its index into a folder, as the quickstart does; what was begun there goes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shown = {line: run_line(line, folder) for line in MAKING}
    (folder / _TRANSCRIPTS).write_text(json.dumps(shown), "utf-8")
    run_line(f"lakeindex snapshot {_ARCHIVE}", folder)
    return folder


def is_made(folder: Path) -> bool:
    """Whether a folder holds the whole sample."""
    return (folder / _ARCHIVE).is_file()


def transcripts(sample: Path) -> dict[str, str]:
    """Return what the lines that made the sample showed."""
    shown: dict[str, str] = json.loads((sample / _TRANSCRIPTS).read_text("utf-8"))
    return shown


def copy_of(sample: Path, folder: Path) -> Path:
    """Copy the sample: its index is of the lake beside it. The lake's files, which nothing writes into, are linked."""
    shutil.copytree(sample / "lake", folder / "lake", copy_function=os.link)
    run_words(["restore", str(sample / _ARCHIVE), "--lake", "lake"], folder)
    generation = open_current(folder / ".lakeindex")
    # It was built here: without this it would be looked through in a process of its own, as one from elsewhere.
    add_trust(generation.folder, sandbox_checked=generation.manifest.checksum)
    return folder
