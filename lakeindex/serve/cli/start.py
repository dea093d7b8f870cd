"""Where the command `lakeindex` starts: signals are taken over before anything is imported that takes time."""

from __future__ import annotations

from lakeindex.serve.cli.interrupt import guard


def main() -> None:
    """Run a command and end the process with its exit code."""
    guard()
    from lakeindex.serve.cli import main as command_line

    command_line.main()
