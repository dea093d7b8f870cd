from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex_connectors.csv_files.dialect import Dialect
from lakeindex_connectors.csv_files.wellformed import Wellformedness


def seen(text: bytes, size: int = 1000, dialect: Dialect | None = None) -> Wellformedness:
    watched = Wellformedness(dialect or Dialect())
    chunks = [text[i : i + size] for i in range(0, len(text), size)]
    assert b"".join(watched.watch(iter(chunks))) == text
    return watched


@pytest.mark.parametrize(
    "text", [b"", b"a,b\n1,2", b'"a","b""c"\n', b'5" pipe,x"\n', b'"a\n\n",b\n', b'"",\n,""', b'\n\n"a"\n']
)
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_plain_quoting_is_plain(text: bytes, size: int) -> None:
    assert seen(text, size).is_plain


@pytest.mark.parametrize("text", [b'"a"b,c\n', b' "a",b\n', b'"a\n', b'a,"b\nc,d\n', b'a\n"x" ,y\nb\n'])
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_other_quoting_is_not(text: bytes, size: int) -> None:
    assert not seen(text, size).is_plain


@pytest.mark.parametrize(
    ("text", "has_one"),
    [
        (b"a\r\nb\r\n", True),
        (b"a\rb\r", True),
        (b'a\n"x\r\ny"\n', True),
        (b"a\r\nb\n", False),
        (b'"x"\r\nb\n', False),
        (b"a\rb\n", False),
        (b"a\r\n\rb\r\n", False),
        (b'\r""\n', False),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_different_line_ends_are_noticed(text: bytes, has_one: bool, size: int) -> None:
    assert seen(text, size).has_one_line_end is has_one


@given(st.binary(max_size=0) | st.text(alphabet='a,"\r\n ', max_size=30).map(str.encode), st.integers(1, 7))
def test_the_verdict_does_not_depend_on_the_chunks(text: bytes, size: int) -> None:
    whole, cut = seen(text), seen(text, size)
    assert whole.is_plain == cut.is_plain
    if whole.is_plain:
        assert whole.has_one_line_end == cut.has_one_line_end


def test_a_nul_byte_is_seen() -> None:
    assert seen(b"a,\0\n").has_nul
    assert not seen(b"a,b\n").has_nul
