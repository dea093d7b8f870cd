"""The commands that keep an index: write it to an archive, and restore it from one."""

from __future__ import annotations

from pathlib import Path

import click

from lakeindex.serve.cli.options import read_settings, with_index, with_quiet
from lakeindex.serve.cli.output import print_line, print_message


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
    if restored.kept_feedback is not None:
        print_message(f"the verdicts that were there before are kept in {restored.kept_feedback}", quiet)
    if not Path(place).is_dir():
        print_message(f"{place} isn't here: where the lake has moved, restore with --lake NEW", quiet)
