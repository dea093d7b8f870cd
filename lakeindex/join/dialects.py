"""Translate a join's DuckDB statement into the SQL of another engine."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from lakeindex.errors import InvalidSetting, LakeIndexError, MissingExtra

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

DUCKDB = "duckdb"
DIALECTS = (DUCKDB, "postgres", "snowflake", "bigquery", "spark")

_MOST_NESTED = 20_000
_LATIN = range(0xC0, 0x250)
_LATIN_MORE = range(0x1E00, 0x1F00)
# Some engines have no Unicode classes in regular expressions; theirs depend on the database's locale.
_UNICODE_CLASSES, _LOCAL_CLASSES = r"\p{L}\p{N}", "[:alnum:]"
_WITHOUT_CLASSES = ("postgres", "snowflake")


def translate(statement: str, dialect: str) -> str:
    """Translate a DuckDB statement.

    What other engines lack is written with what all of them have: accents are removed from Latin letters only.
    Raises InvalidSetting for an unknown dialect, MissingExtra where sqlglot isn't installed, LakeIndexError where the
    dialect can't express the statement.
    """
    if dialect not in DIALECTS:
        raise InvalidSetting(f"there is no dialect {dialect!r}; there are: {', '.join(DIALECTS)}")
    try:
        import sqlglot
        from sqlglot.errors import ErrorLevel, SqlglotError
    except ImportError as error:
        raise MissingExtra("sqlglot", "sql") from error
    deep = sys.getrecursionlimit()
    try:
        # A statement nests as many calls as values are rewritten in ways.
        sys.setrecursionlimit(max(deep, _MOST_NESTED))
        tree = sqlglot.parse_one(statement, read=DUCKDB)
        _require_no_lists(tree, dialect)
        _make_portable(tree, dialect)
        translation: str = tree.sql(dialect=dialect, pretty=True, unsupported_level=ErrorLevel.RAISE)
        return translation
    except SqlglotError as error:
        first_line = str(error).split("\n", 1)[0]
        raise LakeIndexError(
            f"{dialect} can't express this join: {first_line}; leave --dialect away for DuckDB"
        ) from error
    finally:
        sys.setrecursionlimit(deep)


def _require_no_lists(tree: Expr, dialect: str) -> None:
    """Raise LakeIndexError for a statement that takes lists apart: engines differ in how they keep them."""
    from sqlglot import exp

    if dialect != DUCKDB and tree.find(exp.Unnest, exp.Explode) is not None:
        raise LakeIndexError(
            f"{dialect} can't express this join, as a column of it holds lists; leave --dialect away for DuckDB, or "
            f"write the joined rows with --out"
        )


def _make_portable(tree: Expr, dialect: str) -> None:
    from sqlglot import exp

    for text in list(tree.find_all(exp.Literal)):
        if dialect in _WITHOUT_CLASSES and text.is_string:
            text.set("this", text.this.replace(_UNICODE_CLASSES, _LOCAL_CLASSES))
    _make_moments_portable(tree, dialect)
    for replaced in tree.find_all(exp.RegexpReplace):
        by = replaced.args.get("replacement")
        if dialect != "postgres":
            replaced.set("modifiers", None)  # the others replace all occurrences anyway
        if dialect == "spark" and isinstance(by, exp.Literal):
            by.set("this", by.this.replace("\\", "$"))
        if dialect == "snowflake" and isinstance(replaced.expression, exp.Literal) and isinstance(by, exp.Literal):
            pattern, written = capture_all_groups(replaced.expression.this, by.this)
            replaced.expression.set("this", pattern)
            by.set("this", written)
    for stripped in tree.find_all(exp.Anonymous):
        if stripped.name.lower() == "strip_accents":
            stripped.set("this", "TRANSLATE")
            stripped.set("expressions", [*stripped.expressions, *map(exp.Literal.string, _accents())])


def _make_moments_portable(tree: Expr, dialect: str) -> None:
    """Make weeks begin on Monday in BigQuery, and moments be in UTC in Spark, not in the session's time zone."""
    from sqlglot import exp

    if dialect == "bigquery":
        for truncated in tree.find_all(exp.TimestampTrunc, exp.DateTrunc):
            if truncated.text("unit").upper() == "WEEK":
                truncated.set("unit", exp.var("ISOWEEK"))
        for apart in list(tree.find_all(exp.DateDiff)):
            apart.replace(exp.DatetimeDiff(this=apart.this, expression=apart.expression, unit=apart.unit))
    if dialect == "spark":
        for zoned in list(tree.find_all(exp.AtTimeZone)):
            zoned.replace(exp.func("to_utc_timestamp", zoned.this, exp.func("current_timezone")))


def capture_all_groups(pattern: str, by: str) -> tuple[str, str]:
    """Make every group of a regular expression a capturing one, for engines without others; renumber the references."""
    numbers: list[int] = []
    count = 0
    for opened in re.finditer(r"\\.|\[\^?\]?[^]]*\]|\((\?:)?", pattern):
        if opened.group().startswith("("):
            count += 1
            if opened.group(1) is None:
                numbers.append(count)
    renumbered = re.sub(r"\\(\d)", lambda found: f"\\{numbers[int(found.group(1)) - 1]}", by)
    return pattern.replace("(?:", "("), renumbered


@cache
def _accents() -> tuple[str, str]:
    """Return the lower-case Latin letters with accents, and the same letters without."""
    bare = {chr(code): unicodedata.normalize("NFD", chr(code))[0] for code in (*_LATIN, *_LATIN_MORE)}
    pairs = [(one, letter) for one, letter in bare.items() if one != letter and one.islower() and letter.isascii()]
    return "".join(one for one, _ in pairs), "".join(letter for _, letter in pairs)
