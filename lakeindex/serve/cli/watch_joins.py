"""The command that lists the joins that broke since an earlier generation (drift)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from lakeindex.config.ranges import GENERATION, SHARE
from lakeindex.serve.cli.layouts import BROKEN, titled
from lakeindex.serve.cli.numbers import InRange
from lakeindex.serve.cli.options import open_lake, with_format, with_lake, with_quiet
from lakeindex.serve.cli.output import (
    Format,
    as_json,
    print_error,
    print_line,
    print_message,
    print_text,
    write_grid,
    write_table,
)

if TYPE_CHECKING:
    from lakeindex.drift.broken_joins import BrokenJoin, WatchedJoins
    from lakeindex.export.notify.webhook import Webhook
    from lakeindex.lake import Lake

_BROKE = 6
_SHARE = InRange(SHARE)


@click.command("watch-joins")
@with_lake
@click.option("--since", type=InRange(GENERATION), help="Compare with this generation [default: the one before].")
@click.option("--least-score", type=_SHARE, help="The summed signals from which a join is watched [default: 0.32].")
@click.option("--least-containment", type=_SHARE, help="The containment from which it is watched [default: 0.5].")
@click.option("--tolerance", type=_SHARE, help="What a containment may lose, besides its error [default: 0.1].")
@click.option("--notify", metavar="URL", help="Send what broke to this webhook, signed with LAKEINDEX_WEBHOOK_SECRET.")
@with_format
@with_quiet
def watch_joins(
    since: int | None,
    least_score: float | None,
    least_containment: float | None,
    tolerance: float | None,
    notify: str | None,
    output: str,
    quiet: bool,
    **opening: Any,
) -> None:
    """Show which confident joins broke since an earlier generation; exit with 6 when one did."""
    from lakeindex.drift.broken_joins import WatchRules
    from lakeindex.export.notify.webhook import Webhook

    webhook = None if notify is None else Webhook.from_environment(notify)
    lake = open_lake(**opening)
    rules = {"least_score": least_score, "least_containment": least_containment, "tolerance": tolerance}
    given = {name: value for name, value in rules.items() if value is not None}
    watched = lake.watch_joins(since, WatchRules(**given))
    _write(watched, Format(output))
    if watched.since is None:
        print_message(watched.summary(), quiet)
    if watched.broken:
        if webhook is not None:
            _deliver(webhook, lake, watched)
        sys.exit(_BROKE)


def _deliver(webhook: Webhook, lake: Lake, watched: WatchedJoins) -> None:
    """Send what broke; where that fails, say so: it is no reason to say anything else of the joins."""
    from lakeindex.errors import LakeIndexError
    from lakeindex.export.notify.webhook import broken_message

    try:
        webhook.deliver(broken_message(str(lake.root), watched))
    except LakeIndexError as error:
        print_error(f"lakeindex: nobody was notified: {error}")


def _write(watched: WatchedJoins, form: Format) -> None:
    from lakeindex.drift.broken_joins import broken_row

    if form is Format.JSON:
        content: dict[str, Any] = {
            "since": watched.since,
            "now": watched.now,
            "broken": [broken_row(one) for one in watched.broken],
            "watched": watched.watched,
        }
        print_line(as_json(content, indent=1))
    elif form is not Format.TABLE:
        write_table(watched.to_arrow(), form)
    elif watched.broken:
        names = ["column", "joins with", "kind", "score", "before", "now", "reason"]
        write_grid(names, map(_row, watched.broken), titled(BROKEN, watched.summary()))
    elif watched.since is not None:
        print_text(watched.summary())


def _row(broken: BrokenJoin) -> list[str]:
    return [
        str(broken.column),
        str(broken.joins),
        str(broken.kind),
        f"{broken.score_before:.2f}",
        f"{broken.containment_before:.0%}",
        f"{broken.containment_now:.0%}",
        str(broken.reason),
    ]
