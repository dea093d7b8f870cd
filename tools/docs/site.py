"""All pages: those written out of the code, those by hand with the output of their examples, the list for models."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from lakeindex.serve.cli.catalogue import COMMANDS
from tools.docs.blocks import run_again
from tools.docs.commands import list_page, page_of
from tools.docs.settings_page import settings_page

ROOT = Path(__file__).resolve().parents[2]
README, DOCS, LLMS = ROOT / "README.md", ROOT / "docs", ROOT / "llms.txt"
COMMAND_PAGES = DOCS / "commands"
LIST_OF_COMMANDS, SETTINGS = DOCS / "commands.md", DOCS / "settings.md"
_ORDER = (
    "quickstart", "questions", "installing", "command_line", "commands", "settings", "python", "how_it_works",
    "reading", "joining", "map", "serving", "pages", "agents", "notebook", "integrating", "learning", "running",
    "many_machines", "catalogs", "orchestrators", "security", "limits", "measured", "developing",
)  # fmt: skip
_BEGIN_WITH_THE_SAMPLE = ("quickstart", "demo", "index")
_SUMMARY = (
    "What in this lake joins with this column, how, and can I trust it? lakeindex points at a folder of CSV, Parquet "
    "and JSON files that nobody documented and answers which columns join, how well, in which direction, and why. A "
    "command line and a Python package, both called lakeindex; it needs no network and no GPU."
)


def written_by_hand() -> list[Path]:
    """Return the pages that people write, README among them."""
    return [README, *sorted(path for path in DOCS.glob("*.md") if path not in (SETTINGS, LIST_OF_COMMANDS))]


def page_now(path: Path, folder: Path, known: dict[str, str]) -> str:
    """Return what a page should hold now; its examples are run in a folder that holds the sample.

    `known` is what the lines that made the sample showed.
    """
    known = known if path.stem in _BEGIN_WITH_THE_SAMPLE else {}
    if path == LIST_OF_COMMANDS:
        return list_page()
    if path == SETTINGS:
        return settings_page()
    if path.parent == COMMAND_PAGES:
        return page_of(path.stem, folder, known)
    return run_again(path.read_text("utf-8"), folder, known)


def all_pages() -> list[Path]:
    """Return every page."""
    commands = [COMMAND_PAGES / f"{name}.md" for name in sorted(COMMANDS)]
    return [*written_by_hand(), SETTINGS, LIST_OF_COMMANDS, *commands]


def list_for_models(read: Callable[[Path], str]) -> str:
    """Return llms.txt: what lakeindex is, and where each thing is said, for a model that reads the repository."""
    pages = {name: read(DOCS / f"{name}.md") for name in _ORDER}
    docs = [f"- [{_title(page)}](docs/{name}.md): {_first_words(page)}" for name, page in pages.items()]
    commands = [f"- [lakeindex {name}](docs/commands/{name}.md): {entry.summary}" for name, entry in COMMANDS.items()]
    return "\n".join(
        ["# lakeindex", "", f"> {_SUMMARY}", "", "## Docs", "", *docs, "", "## Commands", "", *commands, ""]
    )


def unlisted() -> list[str]:
    """Return the pages that llms.txt doesn't list."""
    return [path.stem for path in DOCS.glob("*.md") if path.stem not in _ORDER]


def links_of(page: str) -> Iterator[str]:
    """Yield the targets of a page's links."""
    yield from re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page)


def _title(page: str) -> str:
    return page.split("\n", 1)[0].removeprefix("# ")


def _first_words(page: str) -> str:
    """Return the first sentence of a page, without its marks."""
    text = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    lines = [line for line in text.splitlines() if not line.startswith(("#", "|", "- "))]
    sentence = re.sub(r"\*\*|`|\[|\]\([^)]*\)", "", " ".join(" ".join(lines).split()))
    return re.split(r"(?<=[.?:])\s", sentence, maxsplit=1)[0].rstrip(":;.") + "."
