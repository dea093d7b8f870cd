"""What an interrupted build leaves: no generation under way, and a line that says what there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from lakeindex.errors import LakeIndexError
from lakeindex.serve.cli.interrupt import describe_what_is_left, on_hard_exit
from lakeindex.store.current_pointer import CURRENT
from lakeindex.store.layout import STAGING


@contextmanager
def leaving_no_litter(index: Path) -> Iterator[None]:
    """Remove the generation under way when the process is ended in the middle of a build, and say what is left."""
    from lakeindex.store.publishing import abandon_building  # before: an import may be what is interrupted

    forget = on_hard_exit(partial(abandon_building, index))
    what_is_left = partial(_what_is_left, index, _content_of(index / CURRENT))
    describe_what_is_left(what_is_left)
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:  # of reading the new generation: what can't be written is another error
        where = f"{error.filename}: " if error.filename else ""
        raise LakeIndexError(f"{where}{error.strerror or error}; {what_is_left()}") from error
    finally:
        forget()


def _what_is_left(index: Path, published: bytes) -> str:
    now = _content_of(index / CURRENT)
    if now != published:
        return "the new generation was published before and answers"
    what = "the index that was there before is unchanged" if now else "nothing was published yet"
    is_resumed = (index / STAGING).is_dir()
    return f"{what}; the same command goes on from what was read so far" if is_resumed else what


def _content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
