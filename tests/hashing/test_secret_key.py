from __future__ import annotations

import stat
from pathlib import Path

import pytest

from lakeindex.errors import InvalidSetting
from lakeindex.hashing.secret_key import hash_key
from lakeindex.hashing.siphash import KEY_BYTES


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "lakeindex" / "hash.key"


def test_a_users_key_is_drawn_once_and_is_nobody_elses_to_read(key_file: Path) -> None:
    key = hash_key("")
    assert len(key) == KEY_BYTES
    assert hash_key("") == key == key_file.read_bytes()
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert [path.name for path in key_file.parent.iterdir()] == ["hash.key"]


def test_a_given_text_makes_the_same_key_everywhere_and_leaves_no_file(key_file: Path) -> None:
    assert hash_key("secret") == hash_key("secret") != hash_key("another")
    assert not key_file.exists()


def test_a_key_file_that_holds_no_key_is_an_error_with_the_remedy(key_file: Path) -> None:
    key_file.parent.mkdir()
    key_file.write_bytes(b"")
    with pytest.raises(InvalidSetting, match=f"hold {KEY_BYTES} bytes, not 0; remove it, or set LAKEINDEX_"):
        hash_key("")
