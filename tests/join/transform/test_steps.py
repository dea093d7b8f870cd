from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lakeindex.join.transform import Program, Transformation
from lakeindex.join.transform.characters import Kind
from lakeindex.join.transform.dates import READ_FORMATS, WRITE_FORMATS, Redate, Renumber
from lakeindex.join.transform.program import IDENTITY, Constant, Extract
from lakeindex.join.transform.rewrites import Letters, Pad, Replace, Unpad, Write
from lakeindex.join.transform.steps import Keep, Parts, Run, Span, Step

TEXTS = st.text(st.sampled_from("abZÉéß\u0301 019-.,'/(){}%\\\t"), max_size=12)
NUMBERS = st.integers(-4, 4).filter(bool)
SEPARATORS = st.sampled_from([" ", "-", ", ", ".", "'", "(", "\\"])
STEPS = st.one_of(
    st.builds(Parts, SEPARATORS, NUMBERS, NUMBERS),
    st.builds(Run, st.sampled_from(Kind), NUMBERS),
    st.builds(Span, NUMBERS, st.one_of(st.none(), st.integers(1, 5))),
    st.builds(Keep, st.sampled_from(Kind)),
    st.builds(Replace, SEPARATORS, st.sampled_from(["", "-", "''", "\\1"])),
    st.builds(Write, st.sampled_from(Letters)),
    st.builds(Pad, st.integers(1, 6)),
    st.just(Unpad()),
)
PIECES = st.one_of(
    st.builds(Constant, st.sampled_from([". ", "it's", "{value}", "\\1", "é"])),
    st.builds(Extract, st.lists(STEPS, max_size=2).map(tuple)),
)
PROGRAMS = st.builds(
    Program, st.lists(PIECES, min_size=1, max_size=3).map(tuple), st.lists(STEPS, max_size=1).map(tuple)
).filter(lambda program: program.extracts)
DATES = st.one_of(
    st.dates().flatmap(
        lambda day: st.sampled_from(
            [
                f"{day.day:02d}/{day.month:02d}/{day.year:04d}",
                f"{day.month}/{day.day}/{day.year:04d}",
                f"{day.year:04d}-{day.month:02d}-{day.day:02d}",
                f"{day.year:04d}{day.month:02d}{day.day:02d}",
                f"{day.day}.{day.month}.{day.year % 100:02d}",
                f"{day.day:02d}-mar-{day.year % 100:02d}",
                f"March {day.day}, {day.year:04d}",
                f"{day.day} AUG {day.year:04d}",
            ]
        )
    ),
    st.sampled_from(["31/02/2019", "2019-13-01", "1/2/3", "today", "2019-03-05 10:00", "May 5, 2019", "29/02/1900"]),
)
AMOUNTS = st.text(st.sampled_from("0123,.-"), max_size=9)


def apply(program: Program, texts: list[str | None]) -> list[str | None]:
    return Transformation((program,), True, 1.0, 1.0).apply(pa.array(texts, pa.string())).to_pylist()


def of(*steps: Step) -> Program:
    return Program((Extract(steps),))


@settings(max_examples=300, deadline=None)
@given(PROGRAMS, st.lists(TEXTS, min_size=1, max_size=6))
@example(of(Write(Letters.UPPER)), ["ß é ŉ", "İ"])
@example(of(Write(Letters.LOWER)), ["ẞ É", "İ"])
@example(of(Write(Letters.TITLE)), ["  éa  B-c \u00a0"])
def test_sql_and_python_agree_on_any_program(program: Program, texts: list[str]) -> None:
    assert apply(program, list(texts)) == [program.on(text) for text in texts]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(READ_FORMATS), st.sampled_from(WRITE_FORMATS), st.lists(DATES, min_size=1, max_size=6))
def test_sql_and_python_agree_on_dates(read: str, write: str, texts: list[str]) -> None:
    assert apply(of(Redate(read, write)), list(texts)) == [of(Redate(read, write)).on(text) for text in texts]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(",."), st.lists(AMOUNTS, min_size=1, max_size=6))
def test_sql_and_python_agree_on_numbers(thousands: str, texts: list[str]) -> None:
    assert apply(of(Renumber(thousands)), list(texts)) == [of(Renumber(thousands)).on(text) for text in texts]


@pytest.mark.parametrize(
    ("steps", "text", "made"),
    [
        ((Parts(",", 2, 2),), "Hall, John", "John"),
        ((Parts(",", 3, 3),), "Hall, John", None),
        ((Parts(" ", -1, -1),), "  John  M.   Hall ", "Hall"),
        ((Parts(" ", 2, -1),), "Babu  Shiv K.", "Shiv K."),
        ((Parts("-", 1, -2),), "a-b-c", "a-b"),
        ((Parts("-", 1, -2),), "a", None),
        ((Parts("(", 2, 2), Parts(")", 1, 1)), "Paris (75)", "75"),
        ((Run(Kind.DIGITS, -1),), "+62 647-775", "775"),
        ((Run(Kind.LETTERS, 1),), "Honda125", "Honda"),
        ((Run(Kind.WORD, 2),), "São-Tomé2 x", "Tomé2"),
        ((Run(Kind.DIGITS, 2),), "Honda125", None),
        ((Span(1, 1),), "Éva", "É"),
        ((Span(-3, 2),), "abcd", "bc"),
        ((Span(5, None),), "abcd", None),
        ((Keep(Kind.DIGITS),), "(038) 300-876", "038300876"),
        ((Keep(Kind.DIGITS),), "none", None),
        ((Replace("-", "."),), "1-2-3", "1.2.3"),
        ((Replace("-", ""),), "-", None),
        ((Write(Letters.TITLE),), "new YORK", "New York"),
        ((Write(Letters.PLAIN),), "José", "Jose"),
        ((Pad(5),), "42", "00042"),
        ((Pad(2),), "12345", "12345"),
        ((Unpad(),), "000", "0"),
        ((Unpad(),), "0042", "42"),
        ((Redate("%d/%m/%Y", "%Y-%m-%d"),), "03/05/2019", "2019-05-03"),
        ((Redate("%B %d, %Y", "%-d/%-m/%y"),), "march 5, 2019", "5/3/19"),
        ((Redate("%d/%m/%Y", "%Y-%m-%d"),), "31/02/2019", None),
        ((Renumber(","),), "1,234,567.500", "1234567.5"),
        ((Renumber("."),), "-1.234,00", "-1234"),
        ((Renumber(","),), "12,34", None),
    ],
)
def test_a_step_gives_the_text(steps: tuple[Step, ...], text: str, made: str | None) -> None:
    assert (of(*steps).on(text), apply(of(*steps), [text])) == (made, [made])


def test_nulls_and_blank_texts_stay_without_a_value() -> None:
    program = Program((Constant("Dr. "), Extract((Parts(" ", -1, -1),))))
    assert apply(program, [None, "", "  ", "Ann Lee"]) == [None, None, None, "Dr. Lee"]
    assert apply(IDENTITY, [None, " a "]) == [None, "a"]


def test_of_several_programs_the_first_that_applies_counts() -> None:
    transformation = Transformation((of(Parts("-", 2, 2)), of(Run(Kind.DIGITS, 1))), True, 1.0, 1.0)
    assert transformation.apply(pa.array(["a-b1", "c7", None, "d"])).to_pylist() == ["b1", "7", None, None]


def test_a_program_is_described_in_words() -> None:
    program = Program(
        (Extract((Parts(" ", 1, 1), Span(1, 1))), Constant(". "), Extract((Parts(" ", -1, -1),))),
        (Write(Letters.UPPER),),
    )
    assert program.describe() == '(first character of word 1 + ". " + last word) in upper case'
    assert IDENTITY.describe() == "the value itself"
    assert of(Parts(";", 1, 1)).describe() == 'what comes before the first ";"'
    assert of(Replace("-", "")).describe() == 'the value without "-"'
