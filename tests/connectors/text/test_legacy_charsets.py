from __future__ import annotations

import pytest

from lakeindex_connectors.text.encoding import decode, detect_encoding, is_guess
from lakeindex_connectors.text.latin_charsets import choose_latin
from lakeindex_connectors.text.legacy_charsets import choose_charset

TEXTS = {
    "cp932": "国名,首都\n日本,東京\nフランス,パリ\n",
    "euc_jp": "国名,首都\n日本,東京\nフランス,パリ\n",
    "gb18030": "国家,首都\n中国,北京\n法国,巴黎\n",
    "big5": "國家,首都\n臺灣,臺北\n法國,巴黎\n",
    "cp949": "국가,수도\n대한민국,서울\n프랑스,파리\n",
    "cp1251": "страна,столица\nРоссия,Москва\nФранция,Париж\n",
    "koi8_r": "страна,столица\nРоссия,Москва\nФранция,Париж\n",
    "cp1253": "χώρα,πρωτεύουσα\nΕλλάδα,Αθήνα\nΓαλλία,Παρίσι\n",
    "cp1255": "מדינה,עיר בירה\nישראל,ירושלים\nצרפת,פריז\n",
    "cp1250": "państwo,stolica\nPolska,Łódź\nWęgry,Dąbrowa Górnicza\nRzeszów,Częstochowa\n",
    "cp1254": "ülke,şehir\nTürkiye,Eskişehir\nTürkiye,Muğla\nTürkiye,Kırıkkale\n",
    "mac_roman": "país,ciudad\nEspaña,Córdoba\nPerú,Ancón\n",
}


@pytest.mark.parametrize("codec", TEXTS)
def test_an_older_encoding_is_detected_from_its_text(codec: str) -> None:
    data = TEXTS[codec].encode(codec)
    found = detect_encoding(data, is_whole=True)
    assert "".join(decode([data], found)) == TEXTS[codec]
    assert is_guess(found)


@pytest.mark.parametrize(
    "text",
    ["Orléans", "1,€", "Niño", "ÖÄÜ", "Zoë", "École élémentaire", "it’s – well", "20 °C", "Ærø", "£5, ¥6", "½ cup"],
)
def test_a_few_accents_in_ascii_are_western(text: str) -> None:
    assert choose_charset(text.encode("cp1252")) == "cp1252"


def test_few_words_of_two_bytes_each_are_chinese() -> None:
    text = "日期,城市,数量\n2018-01-01,北京,10\n2018-01-02,上海,20\n2018-01-03,广州,30\n2018-01-04,深圳,40\n"
    assert "".join(decode([text.encode("gb18030")], choose_charset(text.encode("gb18030")))) == text


@pytest.mark.parametrize("text", ["москва,париж,лондон,берлин,рим", "слон,тигр,лев,волк,заяц,кот"])
def test_russian_in_small_letters_is_not_hebrew(text: str) -> None:
    assert choose_charset(text.encode("cp1251")) == "cp1251"


def test_accents_that_several_encodings_share_are_western() -> None:
    assert choose_latin("Orléans, Müller, Günther".encode("cp1250")) == "cp1252"


def test_a_mark_and_plain_utf8_are_no_guess() -> None:
    assert not any(map(is_guess, ("utf-8", "utf-16", "utf-16-le", "utf-32")))
