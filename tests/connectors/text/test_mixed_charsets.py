from __future__ import annotations

from itertools import chain

import pytest

from lakeindex_connectors.text.encoding import DAMAGED_UTF8, decode, detect_encoding

TOWNS = ["Köln", "Zürich", "Orléans", "São Paulo", "CAFÉ", "5 €", "„Straße“", "Ærø"]


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("utf8_lines", [1, 5, 100])
@pytest.mark.parametrize("older_lines", [1, 5, 100])
def test_each_line_is_read_in_its_own_encoding(town: str, utf8_lines: int, older_lines: int) -> None:
    data = f"{town}\n".encode() * utf8_lines + f"{town}\n".encode("cp1252") * older_lines
    encoding = detect_encoding(data, is_whole=True)
    assert encoding == "utf-8 or cp1252"
    assert "".join(decode([data], encoding)) == f"{town}\n" * (utf8_lines + older_lines)


@pytest.mark.parametrize(("text", "older"), [("Łódź, Kraków, Gdańsk", "iso8859_2"), ("Москва, Россия", "cp1251")])
def test_the_older_encoding_is_that_of_the_language(text: str, older: str) -> None:
    data = b"".join(chain.from_iterable((f"{text}\n".encode(), f"{text}\n".encode(older)) for _ in range(5)))
    encoding = detect_encoding(data, is_whole=True)
    assert encoding == f"utf-8 or {older}"
    assert "".join(decode([data], encoding)) == f"{text}\n" * 10


def test_a_line_in_both_encodings_keeps_what_is_utf8() -> None:
    data = "Köln,".encode() + "Zürich\n".encode("cp1252")
    assert "".join(decode([data], detect_encoding(data, is_whole=True))) == "Köln,Zürich\n"


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_the_lines_do_not_depend_on_the_chunks(size: int) -> None:
    data = b"\xef\xbb\xbf" + "Köln\n".encode() + "Köln\r\n".encode("cp1252") + "Köln".encode()
    chunks = [data[i : i + size] for i in range(0, len(data), size)]
    assert "".join(decode(chunks, "utf-8 or cp1252")) == "Köln\nKöln\r\nKöln"


@pytest.mark.parametrize("damage", [b"Orl\xc3,\n", b"\xff\n", b"caf\xc3\nna\xc3\n"])
def test_damaged_utf8_is_no_older_encoding(damage: bytes) -> None:
    assert detect_encoding("Köln, Zürich, Orléans\n".encode() * 4 + damage, is_whole=True) == DAMAGED_UTF8


@pytest.mark.parametrize("codec", ["koi8_r", "cp1251", "cp932", "gb18030"])
def test_a_text_in_one_older_encoding_is_not_mixed(codec: str) -> None:
    text = {"cp932": "東京都\nパリの空\n大阪\n", "gb18030": "北京市\n上海的天空\n广州\n"}.get(
        codec, "Привет мёд\nёлка\n"
    )
    data = (text * 5).encode(codec)
    encoding = detect_encoding(data, is_whole=True)
    assert not encoding.startswith("utf-8")
    assert "".join(decode([data], encoding)) == text * 5
