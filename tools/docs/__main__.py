"""Write the documentation anew: pages of commands and settings, and the output of every example.

    python -m tools.docs [PAGE...]

PAGE is a path below the repository, all of them by default. `tests/docs` says whether they are current.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tools.docs.commands import CHANGING
from tools.docs.sample import copy_of, make_sample, transcripts
from tools.docs.site import LLMS, ROOT, all_pages, list_for_models, page_now
from tools.docs.volatile import kept_where_volatile


def main() -> int:
    """Write the pages; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", type=Path, metavar="PAGE")
    wanted = [ROOT / page for page in parser.parse_args().pages] or all_pages()
    with tempfile.TemporaryDirectory() as below:
        folder = Path(below)
        sample = make_sample(folder / "sample")
        shared = copy_of(sample, folder / "shared")
        for number, page in enumerate(wanted):
            place = copy_of(sample, folder / str(number)) if page.stem in CHANGING else shared
            print(page.relative_to(ROOT), file=sys.stderr)
            now = page_now(page, place, transcripts(sample))
            before = page.read_text("utf-8") if page.exists() else now
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(kept_where_volatile(now, before), "utf-8")
    LLMS.write_text(list_for_models(lambda path: path.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
