"""Texts in YAML are read as they were written."""

from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.escaping.double_quoted import double_quoted


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    assert yaml.safe_load(double_quoted(text)) == text
