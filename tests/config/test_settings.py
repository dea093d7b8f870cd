from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lakeindex.config.load_settings import load_settings
from lakeindex.config.settings import Settings, bytes_of, pair_budget
from lakeindex.config.settings_files import FILE
from lakeindex.errors import InvalidSetting


def loaded(folder: Path, toml: str = "", environment: dict[str, str] | None = None, **flags: Any) -> Settings:
    (folder / FILE).write_text(toml, "utf-8")
    return load_settings(flags, environment or {}, folder)


def test_nothing_set_gives_the_defaults(tmp_path: Path) -> None:
    assert load_settings({}, {}, tmp_path) == Settings()
    assert loaded(tmp_path, jobs=None) == Settings()


def test_a_flag_beats_a_variable_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    toml, environment = "jobs = 3\nkeep = 3\nmemory = '1.5GB'", {"LAKEINDEX_JOBS": "4", "LAKEINDEX_KEEP": "4"}
    settings = loaded(tmp_path, toml, environment, jobs=5)
    assert (settings.jobs, settings.keep, settings.memory, settings.header) == (5, 4, "1.5GB", "auto")


def test_a_flag_that_was_not_given_leaves_the_variable(tmp_path: Path) -> None:
    assert loaded(tmp_path, environment={"LAKEINDEX_JOBS": "4"}, jobs=None).jobs == 4


@pytest.mark.parametrize("text", ["true", "1", "YES"])
def test_a_variable_switches_on_what_is_off(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, environment={"LAKEINDEX_ALLOW_DOWNLOAD": text}).allow_download is True


@pytest.mark.parametrize("text", ["false", "0", "No"])
def test_a_variable_switches_off_what_the_file_switched_on(tmp_path: Path, text: str) -> None:
    settings = loaded(tmp_path, "allow_download = true", {"LAKEINDEX_ALLOW_DOWNLOAD": text})
    assert settings.allow_download is False


def test_variables_of_others_and_empty_ones_are_left_alone(tmp_path: Path) -> None:
    environment = {"LAKEINDEX_BENCH_DATA": "/data", "JOBS": "9", "lakeindex_jobs": "9", "LAKEINDEX_INDEX": ""}
    assert loaded(tmp_path, environment=environment) == Settings()


def test_a_whole_number_will_do_for_seconds_and_a_path_for_a_folder(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "seconds_per_file = 20", index=Path("somewhere"))
    assert (settings.seconds_per_file, settings.index) == (20.0, "somewhere")
    assert isinstance(settings.seconds_per_file, float)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("jobs = 'many'", "sets jobs to 'many', expected a whole number from 1 to 4,096"),
        ("jobs = true", "sets jobs to True, expected a whole number from 1 to 4,096"),
        ("keep = 1.7", r"sets keep to 1\.7, expected a whole number from 0 to 10,000"),
        ("index = 5", "sets index to 5, expected str"),
        ("allow_download = 'perhaps'", "sets allow_download to 'perhaps', expected bool"),
        ("allow_download = 1", "sets allow_download to 1, expected bool"),
        ("seconds_per_file = 'soon'", "sets seconds_per_file to 'soon', expected a number from 0.001 to 604,800"),
        ("jobs = 0", "sets jobs to 0, expected a whole number from 1 to 4,096"),
        ("max_tokens = -1", "sets max_tokens to -1, expected a whole number from 3 to 8,192"),
        ("keep = -1", "sets keep to -1, expected a whole number from 0 to 10,000"),
        ("seconds_per_file = nan", "sets seconds_per_file to nan, expected a number from 0.001"),
        ("header = 'maybe'", "sets header to 'maybe', expected one of: auto, yes, no"),
        ("memory = 'lots'", "sets memory to 'lots', which is no amount; write it as 2GB or 500MB"),
        ("memory_per_file = '3'", "sets memory_per_file to '3', which is no amount"),
        ("output_per_file = 'auto'", "sets output_per_file to 'auto', which is no amount"),
        ("output_per_file = '0GB'", "sets output_per_file to '0GB', which is no amount"),
        ("zzz = 2", "sets 'zzz', which is no setting; lakeindex config show lists them$"),
        ("job = 2", r"sets 'job', which is no setting; did you mean jobs\?$"),
        ("hash_key = 123", "sets hash_key to something else, expected str$"),
        ("[index]\nfolder = 'x'", "sets index to .*, expected str"),
        ("jobs =", "can't be read: Invalid value"),
    ],
)
def test_the_file_is_named_when_it_sets_something_amiss(tmp_path: Path, toml: str, message: str) -> None:
    with pytest.raises(InvalidSetting, match=message) as caught:
        loaded(tmp_path, toml)
    assert str(caught.value).startswith(str(tmp_path / FILE))


def test_the_environment_and_the_command_line_are_named_too(tmp_path: Path) -> None:
    expected = "expected a whole number from 1 to 4,096$"
    with pytest.raises(InvalidSetting, match=rf"^the environment sets jobs to 'x', {expected}"):
        loaded(tmp_path, environment={"LAKEINDEX_JOBS": "x"})
    with pytest.raises(InvalidSetting, match=rf"^the command line sets jobs to 0, {expected}"):
        loaded(tmp_path, jobs=0)
    with pytest.raises(InvalidSetting, match=r"^the program sets header to 'maybe'"):
        Settings(header="maybe")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"index = '\xff'")
    with pytest.raises(InvalidSetting, match=r"lakeindex\.toml can't be read"):
        load_settings({}, {}, tmp_path)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("2GB", 2 * 10**9),
        ("1.5 gb", 15 * 10**8),
        ("500MB", 500 * 10**6),
        ("1GiB", 1 << 30),
        ("7b", 7),
        ("2", None),
        ("-1GB", None),
        ("lots", None),
    ],
)
def test_an_amount_is_read_with_its_unit(amount: str, expected: int | None) -> None:
    assert bytes_of(amount) == expected


def test_a_slow_cross_encoder_scores_fewer_pairs_by_default() -> None:
    named = ("late-interaction", "transformer", "some/model")
    budgets = [pair_budget(Settings(cross_encoder=one).budget, one) for one in named]
    assert budgets[0] > budgets[1] == budgets[2] > 0
    assert (pair_budget("0"), pair_budget("7", "transformer")) == (0, 7)
    assert pair_budget("all", "transformer") > 10**9
    with pytest.raises(InvalidSetting, match="not '-1'"):
        pair_budget("-1")


def test_the_reranker_answers_to_its_old_name() -> None:
    assert Settings(cross_encoder="cells") == Settings(cross_encoder="late-interaction") == Settings()
