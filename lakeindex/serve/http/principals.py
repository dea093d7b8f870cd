"""Who may ask a server, and which tables there are for each: by a token, of which only a hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakeindex.config.settings import allowed_globs
from lakeindex.errors import InvalidSetting

LEAST_TOKEN = 16
"""Characters of a token: fewer could be guessed."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FIELDS = {"name", "sha256", "allow"}


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who may ask."""

    name: str
    digest: str
    """SHA-256 of the token, in hexadecimal digits."""
    allowed: tuple[str, ...] | None
    """Globs over the names of the tables that there are for them; None for all."""

    @classmethod
    def of_token(cls, name: str, token: str, allowed: Sequence[str] | None) -> Principal:
        """Make a principal of a token. Raises InvalidSetting for one that could be guessed, or that no header takes."""
        if len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
            raise InvalidSetting(
                f"a token has at least {LEAST_TOKEN} characters of ASCII and no blanks: "
                f"make one by `openssl rand -hex 24`"
            )
        return cls(name, digest_of(token), None if allowed is None else _narrowed(allowed))


def digest_of(token: str) -> str:
    """Return the hash of a token, as files of principals hold it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def find_principal(principals: Sequence[Principal], token: str) -> Principal | None:
    """Return whose token it is; comparing takes as long whoever it is, and for nobody's."""
    digest = digest_of(token)
    found = [one for one in principals if hmac.compare_digest(one.digest, digest)]
    return found[0] if found else None


def read_principals(path: Path) -> tuple[Principal, ...]:
    """Read a TOML file of `[[principals]]`, each with a name, the SHA-256 of a token, and the tables that it may see.

    Raises InvalidSetting, with the principal, for what can't be read.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidSetting(f"{path} can't be read as a file of principals: {error}") from error
    listed = content.get("principals")
    if not isinstance(listed, list) or not listed or set(content) != {"principals"}:
        raise InvalidSetting(f"{path} should hold `[[principals]]` alone, each with {', '.join(sorted(_FIELDS))}")
    found = tuple(_principals(path, listed))
    if len({one.name for one in found}) < len(found) or len({one.digest for one in found}) < len(found):
        raise InvalidSetting(f"{path} has a name or a token twice: every principal needs its own")
    return found


def _principals(path: Path, listed: list[Any]) -> Iterator[Principal]:
    for place, one in enumerate(listed, 1):
        given = set(one) if isinstance(one, dict) else set()
        if given != _FIELDS:
            raise InvalidSetting(
                f"principal {place} of {path} should have {', '.join(sorted(_FIELDS))}, not {', '.join(sorted(given))}"
                f"; allow = ['*'] for all tables"
            )
        if not isinstance(one["sha256"], str) or not _DIGEST.fullmatch(one["sha256"]):
            raise InvalidSetting(
                f"principal {place} of {path}: sha256 should be 64 hexadecimal digits of a token's SHA-256, "
                f"as `printf %s TOKEN | sha256sum` prints"
            )
        yield Principal(str(one["name"]), one["sha256"], _narrowed(one["allow"]))


def _narrowed(allow: object) -> tuple[str, ...] | None:
    """Return the globs of the tables that somebody may see; None for all, as `*` matches every name."""
    globs = allowed_globs(allow)
    return None if "*" in globs else globs
