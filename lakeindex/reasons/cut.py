"""Cut long values for people."""

from __future__ import annotations

ARROW = " → "
"""Between two values that meet, though they are written differently."""
MOST_CHARACTERS = 60


def cut(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return a text of about so many characters at most; what is left out, of both values that meet, is an ellipsis."""
    if len(text) <= most:
        return text
    if ARROW in text:
        return ARROW.join(cut(one, most // 2) for one in text.split(ARROW, 1))
    return f"{text[: most - 1].rstrip()}…"
