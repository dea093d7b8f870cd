from __future__ import annotations

import threading

import pytest

from lakeindex.build.encoding import BuildModel
from lakeindex.encode.hashing_encoder import HashingEncoder
from lakeindex.protocols import Encoder


def test_an_encoder_is_loaded_once_while_something_else_is_done() -> None:
    loads: list[str] = []

    def load() -> Encoder:
        loads.append(threading.current_thread().name)
        return HashingEncoder()

    model = BuildModel("some", load).loading()
    assert model.load() is model.load()
    assert loads == ["load-encoder"]


def test_what_loading_raises_is_raised_where_the_encoder_is_asked_for() -> None:
    def load() -> Encoder:
        raise OSError("no such model")

    model = BuildModel("some", load).loading()
    with pytest.raises(OSError, match="no such model"):
        model.load()
