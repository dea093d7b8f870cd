from __future__ import annotations

import pytest

from lakeindex_connectors.csv_files.dialect import Dialect, sniff_dialect

SAMPLES: dict[str, tuple[str, Dialect]] = {
    "commas": ("a,b\n1,2\n", Dialect(",")),
    "decimal commas": ("1,5;2,5;3,5\n4,5;5,5;6,5\n", Dialect(";")),
    "tabs beat commas": ("a, b\tc\nd, e\tf\n", Dialect("\t")),
    "pipes beat commas": ("a|b\nx, y|z, w\n", Dialect("|")),
    "web table": ('player#no#years , team\nira "x" terrell#34#1978 , boston\n', Dialect("#")),
    "quoted delimiters": ('a;b\n"x,y,z";1\n"p,q,r";2\n', Dialect(";")),
    "quoted lines": ('a,b\n"x\ny, z\n",1\n', Dialect(",")),
    "passwords": ("root:x:0:0\nbin:x:1:1\nsys:x:2:2\n", Dialect(":")),
    "clock times are one column": ("time\n12:30:00\n13:30:00\n", Dialect(",")),
    "prose is one column": ("He came, saw\nand, well, won\nall of it\nthat day\n", Dialect("\t")),
    "addresses are one column": ("city\nParis, France\nRome, Italy\n", Dialect("\t")),
    "backslashes": ('a,b\n"x \\"y\\", z",1\n"w",2\n', Dialect(",", escape="\\")),
    "apostrophes": ("'a','b'\n'x,y','1'\n", Dialect(",", quote="'")),
    "apostrophes in words": ("a,b\n'tis,o'clock\nit's,'twas\n", Dialect(",")),
    "inch marks": ('size,x\n"5,a\n"6,b\n"7,c\n', Dialect(",", quote="")),
    "a title above": ("Report of 2020\n\na,b,c\n1,2,3\n4,5,6\n", Dialect(",")),
    "comments between the rows": ("# by hand\na;b\n# so\n1;2\n# and so\n3;4\n# on\n", Dialect(";")),
    "quoted numbers in one column": ('n\n"1,000,000"\n"2,000,000"\n', Dialect("\t")),
    "a wide first line": ("x,y,45\n,234\nhello,234\nbye,2\n", Dialect(",")),
    "old Mac line ends": ("a;b\r1;2\r", Dialect(";")),
    "blanks between numbers": ("a b c\n1 2 3\n4 5 6\n7 8 9\n", Dialect(" ")),
    "blanks around quotes": ('a b\n"x y" 1\n"z, w" 2\n', Dialect(" ")),
    "names are one column": ("full name\nAnn Lee\nBob Ray\nCat Poe\n", Dialect(",")),
    "times are one column": ("created at\n2020-01-01 10:00:00\n2020-01-02 11:00:00\n", Dialect(",")),
    "bars and blanks": ("a | b\n1 | 2\n", Dialect("|", skips_blanks=True)),
    "comma and blank": ('a, b\n1, "x, y"\n', Dialect(",", skips_blanks=True)),
    "apostrophes around some": ("a,b\n'x,y',1\nz,2\n", Dialect(",", quote="'")),
    "decimal commas below names": ("a;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n7,5;8,5\n", Dialect(";")),
    "colours": ("red,#ff0000,1\nblue,#0000ff,2\nteal,#008080,3,\n", Dialect(",")),
    "notes below": ("a,b,c,d\n1,2,3,4\n5,6,7,8\nNote\nSource\nEnd of it\n", Dialect(",")),
    "nothing at all": ("\n\n", Dialect(",")),
}


@pytest.mark.parametrize("case", SAMPLES)
def test_the_dialect_is_the_one_a_person_sees(case: str) -> None:
    sample, expected = SAMPLES[case]
    assert sniff_dialect(sample) == expected


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "#"])
def test_every_common_delimiter_is_found_beside_free_text(delimiter: str) -> None:
    rows = [("name", "remark"), ("a", "is: well"), ("b", "yes"), ("c", "no: or - maybe")]
    assert sniff_dialect("\n".join(delimiter.join(row) for row in rows)).delimiter == delimiter


def test_a_single_column_gets_a_delimiter_that_does_not_occur() -> None:
    text = "a, b\tc|;\n,,,,\n;;;\n\t\t\n|||||\n"
    assert sniff_dialect(text).delimiter not in text
