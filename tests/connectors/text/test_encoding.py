from __future__ import annotations

import pytest

from lakeindex.errors import UnreadableTable
from lakeindex_connectors.text.encoding import DAMAGED_UTF8, decode, detect_encoding, is_damaged, to_utf8

TEXT = "naïve,x\nœuvre,y\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"plain", "utf-8"),
        ("é".encode(), "utf-8"),
        ("é".encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-32"), "utf-32"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        ("\u4e2d\u6587,\u8a9e\n".encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("cp1252"), "cp1252"),
        ("Orléans".encode("latin-1"), "latin-1"),
        (b"Orl\xe9ans, d\xe9j\xe0, \xe9t\xe9, \x81, \x9d", "iso8859-1"),
        ("ééééé".encode() + b"\xff", DAMAGED_UTF8),
    ],
)
def test_the_encoding_is_detected(data: bytes, encoding: str) -> None:
    assert detect_encoding(data, is_whole=True) == encoding


def test_a_character_cut_at_the_end_of_a_sample_is_still_utf8() -> None:
    assert detect_encoding("né".encode()[:-1], is_whole=False) == "utf-8"
    assert detect_encoding("né".encode()[:-1], is_whole=True) == "latin-1"


@pytest.mark.parametrize("data", [b"\0\0\0\0", b"a,b\n1,\0\n", b"a,b\n1,x\0y\n2,\0\n", b"\0" * 30 + b"\1\2"])
def test_nul_bytes_outside_utf16_are_binary(data: bytes) -> None:
    with pytest.raises(UnreadableTable, match="NUL byte at offset"):
        detect_encoding(data, is_whole=True)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-be", "cp1252"])
def test_decoding_does_not_depend_on_the_chunks(codec: str) -> None:
    data = TEXT.encode(codec)
    chunks = [data[i : i + 1] for i in range(len(data))]
    assert "".join(decode(chunks, codec)) == TEXT
    assert b"".join(to_utf8(chunks, codec)) == TEXT.encode()


def test_what_should_be_utf8_and_is_not_raises() -> None:
    with pytest.raises(UnicodeDecodeError):
        list(to_utf8([b"a", b"\xff"], "utf-8"))


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-32"])
def test_half_a_character_at_the_end_is_left_out(codec: str) -> None:
    data = TEXT.encode(codec) + b"\n"
    encoding = detect_encoding(data, is_whole=True)
    assert encoding == f"{codec} (damaged)"
    assert "".join(decode([data], encoding)) == TEXT


def test_a_surrogate_alone_is_read_as_unknown() -> None:
    data = "a,b\n1,x\ud800y\n".encode("utf-16", "surrogatepass")
    encoding = detect_encoding(data, is_whole=True)
    assert is_damaged(encoding)
    assert "".join(decode([data], encoding)) == "a,b\n1,x\ufffdy\n"
    with pytest.raises(UnicodeDecodeError):
        list(to_utf8([data], "utf-16"))
