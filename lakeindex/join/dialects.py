"""Translate a join's DuckDB statement into the SQL of another engine."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from lakeindex.errors import InvalidSetting, LakeIndexError, MissingExtra
from lakeindex.join.key_conditions import NO_KEY, NO_WORD

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

DUCKDB = "duckdb"
DIALECTS = (DUCKDB, "postgres", "snowflake", "bigquery", "spark")

_LATIN = range(0xC0, 0x250)
_LATIN_MORE = range(0x1E00, 0x1F00)
# Some engines have no Unicode classes in regular expressions; theirs depend on the database's locale.
_LOCAL_CLASSES = {NO_WORD: "[^[:alnum:]#+%$€£]+", NO_KEY: "[^[:alnum:]]+"}
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
    try:
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
            text.set("this", _LOCAL_CLASSES.get(text.this, text.this))
    _make_moments_portable(tree, dialect)
    for replaced in tree.find_all(exp.RegexpReplace):
        by = replaced.args.get("replacement")
        if dialect != "postgres":
            replaced.set("modifiers", None)  # the others replace all occurrences anyway
        if dialect == "spark" and isinstance(by, exp.Literal):
            by.set("this", by.this.replace("\\", "$"))
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


@cache
def _accents() -> tuple[str, str]:
    """Return the lower-case Latin letters with accents, and the same letters without."""
    bare = {chr(code): unicodedata.normalize("NFD", chr(code))[0] for code in (*_LATIN, *_LATIN_MORE)}
    pairs = [(one, letter) for one, letter in bare.items() if one != letter and one.islower() and letter.isascii()]
    return "".join(one for one, _ in pairs), "".join(letter for _, letter in pairs)
