"""The pages are current: every example of them runs, and shows what they say it does."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from lakeindex.serve.cli.catalogue import COMMANDS
from lakeindex.serve.cli.main import cli
from tools.docs.blocks import CONSOLE, PYTHON, blocks_of
from tools.docs.commands import CHANGING
from tools.docs.sample import copy_of, transcripts
from tools.docs.site import (
    COMMAND_PAGES,
    DOCS,
    LLMS,
    README,
    ROOT,
    all_pages,
    links_of,
    list_for_models,
    page_now,
    unlisted,
)
from tools.docs.volatile import is_same

SLOW = {"dedupe", "enrich", "link", "train"}
"""Commands that learn something from the tables: some nine processor seconds each."""
PAGES = [pytest.param(page, marks=[pytest.mark.slow] * (page.stem in SLOW), id=page.stem) for page in all_pages()]
AGAIN = "make docs, and look at what changed"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_what_the_code_and_its_examples_give_now(
    page: Path, workspace: Path, sample: Path, tmp_path: Path
) -> None:
    folder = copy_of(sample, tmp_path) if page.stem in CHANGING else workspace
    held, now = page.read_text("utf-8"), page_now(page, folder, transcripts(sample))
    if not is_same(now, held):
        assert now == held, AGAIN


def test_every_command_has_a_page_and_no_page_is_of_none() -> None:
    assert {page.stem for page in COMMAND_PAGES.glob("*.md")} == set(COMMANDS)


def test_the_list_for_models_is_current_and_complete() -> None:
    assert unlisted() == []
    assert LLMS.read_text("utf-8") == list_for_models(lambda path: path.read_text("utf-8")), AGAIN


@pytest.mark.parametrize("page", [*all_pages(), LLMS, ROOT / "CHANGELOG.md"], ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    dead = [one for one in links_of(page.read_text("utf-8")) if "://" not in one and not (page.parent / one).exists()]
    assert dead == []


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.stem)
def test_commands_that_only_others_can_run_are_commands_with_these_options(page: Path) -> None:
    for block in blocks_of(page.read_text("utf-8")):
        if block.kind == "sh":
            for line in re.findall(r"^lakeindex .*", block.body, re.MULTILINE):
                name, *words = re.sub(r"\s+#.*| > .*", "", line).split()[1:]
                command = cli.get_command(click.Context(cli), name)
                assert command is not None, line
                known = {option for one in command.params for option in one.opts}
                assert {word for word in words if word.startswith("--")} <= known, line


def test_readme_is_one_screen_with_the_two_commands_that_ci_runs() -> None:
    text = README.read_text("utf-8")
    assert len(text.splitlines()) <= 60
    commands = re.findall(r"^make \w+", text, re.MULTILINE)
    assert commands == ["make demo", "make test"]
    ci = re.findall(r"^make .*", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert [one for one in ci if one in commands] == commands


def test_six_questions_take_three_commands_at_most() -> None:
    parts = (DOCS / "questions.md").read_text("utf-8").split("\n## ")[1:]
    assert len(parts) == 6
    for part in parts:
        blocks = blocks_of(part)
        commands = sum(block.body.count("$ ") for block in blocks if block.kind == CONSOLE)
        calls = sum(block.kind == PYTHON for block in blocks)
        assert 1 <= commands + calls <= 3, part.splitlines()[0]


def test_nothing_is_told_twice() -> None:
    seen: dict[str, str] = {}
    for page in (README, *DOCS.glob("*.md")):
        for paragraph in re.split(r"\n\s*\n|\n- ", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)):
            text = " ".join(paragraph.split())
            if len(text) > 150:
                assert text not in seen, f"{page.name} and {seen[text]}: {text[:80]}"
                seen[text] = page.name
