"""The commands that keep an index: write it to an archive, restore it from one, repair it, forget tables."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lakeindex.errors import IndexUnusable, LockHeld
from lakeindex.serve.cli.options import read_settings, with_index, with_quiet
from lakeindex.serve.cli.output import print_error, print_line, print_message

if TYPE_CHECKING:
    from lakeindex.build.forget import Forgotten
    from lakeindex.build.repair import Repaired


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@with_index
@click.option("--force", is_flag=True, help="Write over FILE where it exists.")
@with_quiet
def snapshot(file: Path, index: str | None, force: bool, quiet: bool) -> None:
    """Write the current generation and all verdicts to FILE, a tar archive; print its SHA-256."""
    from lakeindex.lake import Lake

    settings = read_settings(index=index)
    written = Lake.snapshot(file, settings.index, force, settings)
    print_line(f"{written.sha256}  {written.file}")
    print_message(
        f"wrote generation {written.generation}, {written.bytes / 1e6:.1f} MB, to {file}; "
        f"lakeindex restore {file} --index DIR makes an index of it",
        quiet,
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@with_index
@click.option("--lake", type=click.Path(path_type=Path), metavar="NEW", help="Where the lake is now, if it has moved.")
@click.option("--force", is_flag=True, help="Let the verdicts of FILE replace others, which are kept beside.")
@with_quiet
def restore(file: Path, index: str | None, lake: Path | None, force: bool, quiet: bool) -> None:
    """Make the index of FILE, an archive that `snapshot` wrote, answer; print the archive's SHA-256."""
    from lakeindex.lake import Lake

    settings = read_settings(index=index)
    restored = Lake.restore(file, settings.index, lake, force, settings)
    generation, place = restored.generation, restored.generation.manifest.lake
    print_line(f"{restored.sha256}  {file}")
    print_message(
        f"generation {generation.number} answers now: {generation.manifest.tables} tables of {place}; "
        f"index: {settings.index}",
        quiet,
    )
    for kept in restored.kept_verdicts:
        print_message(f"the verdicts that were there before are kept in {kept}", quiet)
    if not Path(place).is_dir():
        print_message(f"{place} isn't here: where the lake has moved, restore with --lake NEW", quiet)


@click.command()
@click.argument("tables", nargs=-1, required=True, metavar="TABLE...")
@with_index
@with_quiet
def forget(tables: tuple[str, ...], index: str | None, quiet: bool) -> None:
    """Remove all that the index keeps of tables, given by name or by a glob such as 'hr/*', and older generations.

    The lake's files are not touched, nor are archives that snapshot wrote.
    """
    from lakeindex.lake import Lake

    settings = read_settings(index=index)
    forgotten = Lake.forget(tables, settings.index, settings)
    for table in forgotten.tables:
        print_line(table)
    for sentence in _sentences(forgotten):
        print_message(sentence, quiet)
    if forgotten.still_read:
        print_error(
            f"not removed, as somebody reads it: generation {_listed(forgotten.still_read)}, which may hold of what "
            "was to be forgotten; end what reads it, and run this command again"
        )
        sys.exit(LockHeld.exit_code)


@click.command()
@with_index
@with_quiet
def repair(index: str | None, quiet: bool) -> None:
    """Rebuild what verify names: from what is whole of the index, and from the lake."""
    from lakeindex.lake import Lake
    from lakeindex.serve.cli.progress import build_progress

    settings = read_settings(index=index)
    with build_progress(quiet) as progress:
        repaired = Lake.repair(settings.index, settings, progress)
    for file in repaired.rebuilt:
        print_line(file)
    for sentence in _done(repaired):
        print_message(sentence, quiet)
    if repaired.left:
        print_error(f"not repaired: {repaired.left}")
        sys.exit(IndexUnusable.exit_code)


def _done(repaired: Repaired) -> list[str]:
    sentences = [f"rebuilt: {', '.join(repaired.rebuilt)}"] if repaired.rebuilt else []
    if repaired.removed:
        sentences.append(f"removed, as it was not published: {', '.join(repaired.removed)}")
    if repaired.removed_generations:
        sentences.append(f"removed, as it was damaged: generation {_listed(repaired.removed_generations)}")
    if not repaired.is_same:
        sentences.append("the lake has changed since the damaged generation, and so has the index")
    whole = f"generation {repaired.generation} answers{' now' if sentences else ''}, and is whole"
    return [*sentences, whole if sentences else f"nothing was to be repaired: {whole}"]


def _sentences(forgotten: Forgotten) -> list[str]:
    sentences = [f"generation {forgotten.generation.number} answers now, without {', '.join(forgotten.tables)}"]
    if forgotten.removed:
        sentences.append(f"removed: generation {_listed(forgotten.removed)}, as it may hold what is forgotten")
    if forgotten.verdicts:
        sentences.append(f"removed: {forgotten.verdicts} of the verdicts on pairs")
    return [
        *sentences,
        "the next build indexes it again while the file is in the lake: move it away",
        "archives that lakeindex snapshot wrote before still hold it",
    ]


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
