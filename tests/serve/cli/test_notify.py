"""Messages of what broke: what is sent, how it is signed, and what a failure changes."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import pytest

from lakeindex import Lake
from lakeindex.errors import InvalidSetting
from lakeindex.export.notify.webhook import Webhook, broken_message
from lakeindex.export.retries import CatalogFailed
from tests.commands import run_here
from tests.export.fake_server import Receiver, serving

SECRET = "between us"


def test_what_broke_is_delivered_and_signed(index_of_two_nights: Path) -> None:
    pytest.importorskip("httpx", reason="no httpx: pip install 'lakeindex[export]'")
    receiver = Receiver()
    with serving(receiver) as url:
        done = run_here(
            "watch-joins", "--index", index_of_two_nights, "--notify", f"{url}/hook?id=7",
            LAKEINDEX_WEBHOOK_SECRET=SECRET,
        )  # fmt: skip
    assert done.returncode == 6, done.stderr
    ((path, message, headers),) = receiver.seen
    assert path == "/hook?id=7"
    assert (message["event"], message["since"], message["now"]) == ("joins.broken", 1, 2)
    assert {one["table"] for one in message["broken"]} == {"visits.csv"}
    signed = headers["x-lakeindex-timestamp"].encode() + b"." + json.dumps(message, ensure_ascii=True).encode()
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["x-lakeindex-signature"] == f"sha256={expected}"


def test_a_delivery_that_fails_is_said_and_joins_are_still_broken(index_of_two_nights: Path) -> None:
    pytest.importorskip("httpx", reason="no httpx: pip install 'lakeindex[export]'")
    with serving(Receiver(status=410)) as url:
        done = run_here(
            "watch-joins", "--index", index_of_two_nights, "--notify", f"{url}/s3cret", LAKEINDEX_WEBHOOK_SECRET=SECRET
        )
    assert done.returncode == 6
    assert "nobody was notified: the message to 127.0.0.1 was refused with status 410" in done.stderr
    assert "s3cret" not in done.stderr
    assert "visits.csv" in done.stdout


def test_a_message_without_a_secret_or_an_address_is_refused_before_anything(index_of_two_nights: Path) -> None:
    done = run_here("watch-joins", "--index", index_of_two_nights, "--notify", "https://host/x")
    assert (done.returncode, done.stdout) == (2, "")
    assert "set LAKEINDEX_WEBHOOK_SECRET" in done.stderr
    with pytest.raises(InvalidSetting, match="an address such as"):
        Webhook("hook", SECRET)


def test_a_busy_receiver_is_tried_again(index_of_two_nights: Path) -> None:
    pytest.importorskip("httpx", reason="no httpx: pip install 'lakeindex[export]'")
    receiver = Receiver(status=503)
    with serving(receiver) as url, Lake.open(index_of_two_nights) as lake, pytest.raises(CatalogFailed, match="503"):
        Webhook(url, SECRET, pause=0.001).deliver(broken_message("lake", lake.watch_joins()))
    assert len(receiver.seen) == 5
