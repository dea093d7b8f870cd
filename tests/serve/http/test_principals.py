"""A file of principals is read whole, or refused with the place that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeindex.errors import InvalidSetting
from lakeindex.serve.http.principals import Principal, digest_of, find_principal, read_principals

DIGEST = digest_of("a-token-of-somebody")
GOOD = f'[[principals]]\nname = "one"\nsha256 = "{DIGEST}"\nallow = ["geo/*", "a.csv"]\n'


def test_who_is_listed_may_ask(tmp_path: Path) -> None:
    (tmp_path / "who.toml").write_text(GOOD, "utf-8")
    principals = read_principals(tmp_path / "who.toml")
    assert principals == (Principal("one", DIGEST, ("geo/*", "a.csv")),)
    assert find_principal(principals, "a-token-of-somebody") == principals[0]
    assert find_principal(principals, "a-token-of-nobody") is None
    assert find_principal(principals, "") is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "should hold"),
        ("principals = 3", "should hold"),
        (GOOD + "more = 1\n", "principal 1"),
        (GOOD + "[other]\n", "alone"),
        (GOOD.replace("allow", "alow"), "allow"),
        (GOOD.replace(DIGEST, DIGEST.upper()), "64 hexadecimal"),
        (GOOD.replace(DIGEST, "secret"), "64 hexadecimal"),
        (GOOD.replace('["geo/*", "a.csv"]', '"*"'), "list of globs"),
        (GOOD + GOOD, "twice"),
        ("[[principals", "can't be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "who.toml").write_text(content, "utf-8")
    with pytest.raises(InvalidSetting, match=says) as failed:
        read_principals(tmp_path / "who.toml")
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize("token", ["", "short", "with blanks in it here", "umlauts-äöüäöüäöü", "line\nbreaks-in-it-xx"])
def test_a_token_that_could_be_guessed_is_refused(token: str) -> None:
    with pytest.raises(InvalidSetting, match="at least 16"):
        Principal.of_token("one", token, None)


def test_who_may_see_all_tables_sees_what_a_token_without_globs_sees(tmp_path: Path) -> None:
    (tmp_path / "who.toml").write_text(GOOD.replace("geo/*", "*"), "utf-8")
    assert read_principals(tmp_path / "who.toml")[0].allowed is None
    assert Principal.of_token("one", "a-token-of-somebody", ["*"]).allowed is None
