"""Every number from outside has a range: every option of every command, and every number of the Python methods."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner

from lakeindex import ColumnId, Lake, Settings, TableId, WatchRules
from lakeindex.config.load_settings import load_settings
from lakeindex.config.ranges import OF_SETTINGS, NumberRange, WholeRange
from lakeindex.config.settings import bytes_of
from lakeindex.errors import InvalidSetting, LakeIndexError
from lakeindex.evaluate.run import evaluate_lake
from lakeindex.join.temporal.tolerance import microseconds_of, number_of
from lakeindex.serve.cli.main import cli
from lakeindex.serve.cli.numbers import InRange

NONSENSE = (
    "nan", "inf", "-inf", "-1", "1e23", "1e999", str(10**30), "9" * 5_000, "٣", "1_000", "1,000", " ", "", "0x10", "7 ",
    "1\n", "1\0", "½", "²", "--", "NULL", "1e", "--k", "+-1", "一",
)  # fmt: skip
NUMBERS_IN_TEXT = {"memory": "lots", "memory_per_file": "lots", "output_per_file": "lots", "budget": "many"}
"""Options that are numbers with a unit or a word beside them; they are read as settings."""
AMOUNTS = {("sql", "most_bytes")}
"""Options that are amounts of bytes, and no settings."""
TOLERANCES = {("join", "tolerance")}
NAMES = {
    "alignment", "key", "provenance", "newest_by",
    "index", "lake", "allow", "report", "model", "note", "remove", "imported", "exported", "also", "out", "sources",
    "path", "batch", "within", "cross_encoder", "queries", "qrels", "block", "review", "verdicts", "explained",
    "target", "other", "shard", "staging", "dask", "scan", "to", "place", "platform", "service", "prefix",
    "environment", "names", "page", "notify", "openlineage", "host", "token_file", "principals_file",
}  # fmt: skip
"""Options that are names, texts and paths."""


def commands() -> dict[str, click.Command]:
    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


def options() -> Iterator[tuple[str, click.Command, click.Option]]:
    for name, command in commands().items():
        for option in command.params:
            if isinstance(option, click.Option) and not (
                option.is_flag or option.count or isinstance(option.type, click.Choice)
            ):
                yield name, command, option


def is_number(option: click.Option) -> bool:
    return isinstance(option.type, InRange)


def test_every_option_has_a_range_or_is_known_to_be_no_number() -> None:
    for command, _, option in options():
        if is_number(option) or option.name in NUMBERS_IN_TEXT or (command, option.name) in TOLERANCES | AMOUNTS:
            continue
        assert option.name in NAMES, (
            f"{command} --{option.name}: give it an InRange, or name it here if it is no number"
        )
        assert isinstance(option.type, click.types.StringParamType | click.Path | click.Tuple), (command, option.name)
    assert sum(is_number(option) for _, _, option in options()) >= 17


@pytest.mark.parametrize(
    ("name", "option"),
    [pytest.param(name, option, id=f"{name} {option.opts[0]}") for name, _, option in options() if is_number(option)],
)
def test_an_option_takes_its_range_and_nothing_else(name: str, option: click.Option) -> None:
    command = commands()[name]
    assert isinstance(option.type, InRange)
    bounds, arguments = option.type.bounds, [word_for(one) for one in command.params if isinstance(one, click.Argument)]
    for number in (bounds.least, bounds.most):
        given = command.make_context(name, [f"{option.opts[0]}={number}" if "--" in option.opts[0] else
                                            f"{option.opts[0]}{number}", *needed(command), *arguments])  # fmt: skip
        assert given.params[str(option.name)] == number
    beyond = [bounds.least - 1, bounds.most + 1, math.nextafter(bounds.most, math.inf) if is_float(bounds) else 0.5]
    for text in (*NONSENSE, *map(str, beyond)):
        with pytest.raises(click.BadParameter, match=r"is not a (whole )?number from") as caught:
            command.make_context(name, [option.opts[0], text, *needed(command), *arguments])
        assert caught.value.param is option, text
        assert caught.value.exit_code == 2
        assert len(caught.value.message) < 200


def word_for(argument: click.Argument) -> str:
    return argument.type.choices[0] if isinstance(argument.type, click.Choice) else "x"


def needed(command: click.Command) -> list[str]:
    return [
        word for one in command.params if isinstance(one, click.Option) and one.required for word in (one.opts[0], "x")
    ]


def is_float(bounds: WholeRange | NumberRange) -> bool:
    return isinstance(bounds, NumberRange)


@pytest.mark.parametrize("name", sorted(NUMBERS_IN_TEXT))
@pytest.mark.parametrize("text", NONSENSE)
def test_an_amount_or_budget_that_makes_no_sense_is_a_usage_error(name: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting) as caught:
        load_settings({name: text}, {}, tmp_path)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "amount", ["1001TB", "9" * 30 + "GB", "9" * 400 + "GB", "٣GB", "1_0GB", "nanGB", "infGB", "1e3GB"]
)
def test_no_amount_is_beyond_what_a_machine_counts_in(amount: str) -> None:
    assert bytes_of(amount) is None
    assert bytes_of("1000TB") == 10**15


@pytest.mark.parametrize("name", sorted(OF_SETTINGS))
def test_a_setting_has_the_same_range_wherever_it_is_made(name: str, tmp_path: Path) -> None:
    bounds = OF_SETTINGS[name]
    for number in (bounds.least, bounds.most):
        assert getattr(Settings(**{name: number}), name) == number  # type: ignore[arg-type]
        assert getattr(load_settings({}, {f"LAKEINDEX_{name.upper()}": str(number)}, tmp_path), name) == number
    for value in (math.nan, math.inf, -1, 10**30, 1e23, True, None, 10**5_000, "3", bounds.most + 1):
        with pytest.raises(InvalidSetting):
            Settings(**{name: value})  # type: ignore[arg-type]
    for text in filter(None, NONSENSE):
        with pytest.raises(InvalidSetting, match=f"the environment sets {name} to"):
            load_settings({}, {f"LAKEINDEX_{name.upper()}": text}, tmp_path)
    (tmp_path / "lakeindex.toml").write_text(f"{name} = inf")
    with pytest.raises(InvalidSetting, match=f"sets {name} to inf, expected"):
        load_settings({}, {}, tmp_path)


QUERY, OTHER = ("sales/orders.csv", "country"), ("geo/countries.csv", "code")
PAIR = ColumnId(TableId(QUERY[0]), QUERY[1]), ColumnId(TableId(OTHER[0]), OTHER[1])
WHOLE: dict[str, Callable[[Lake, Any], object]] = {
    "k": lambda lake, value: lake.query(*QUERY, k=value),
    "probe": lambda lake, value: lake.query(*QUERY, probe=value) if value is not None else lake.query(*QUERY, k=value),
    "k of many": lambda lake, value: list(lake.query_many([PAIR[0]], k=value)),
    "probe of many": lambda lake, value: list(lake.query_many([PAIR[0]], probe=value)),
    "budget": lambda lake, value: lake.query(*QUERY, probe=0, budget=value),
    "budget of many": lambda lake, value: list(lake.query_many([PAIR[0]], budget=value)),
    "budget of explain": lambda lake, value: lake.explain(*PAIR, budget=value),
    "since": lambda lake, value: lake.watch_joins(since=value),
    "most rows": lambda lake, value: replace(lake.join(*QUERY, *OTHER), most_rows=value).require_bounded,
    "preview": lambda lake, value: lake.join(*QUERY, *OTHER).preview(value),
    "to": lambda lake, value: lake.rollback(lake.settings.index, to=value),
    "k of evaluate": lambda lake, value: evaluate_lake(lake, Path("nothing.csv"), Path("nothing.csv"), k=value),
}
SHARES: dict[str, Callable[[Lake, Any], object]] = {
    "min_probability": lambda lake, value: lake.query(*QUERY, probe=0, min_probability=value),
    "min_probability of many": lambda lake, value: list(lake.query_many([PAIR[0]], min_probability=value)),
    "min_probability of relationships": lambda lake, value: lake.relationships(min_probability=value),
    "precision": lambda lake, value: lake.join(*QUERY, *OTHER, precision=value),
    "tolerance": lambda lake, value: lake.watch_joins(rules=WatchRules(tolerance=value)),
    "least_score": lambda lake, value: WatchRules(least_score=value),
    "sure_score": lambda lake, value: WatchRules(sure_score=value),
    "least_containment": lambda lake, value: WatchRules(least_containment=value),
}
NO_NUMBERS = (
    math.nan, math.inf, -math.inf, -1, 1e23, 10**30, 10**5_000, True, np.True_, "3", "", b"3", [3], np.array([1, 2]),
    np.float64("nan"), 1j, Fraction(7, 3), -0.5, object,
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(WHOLE | SHARES))
def test_a_method_takes_no_number_beyond_its_range(lake: Lake, name: str) -> None:
    for value in (*NO_NUMBERS, *((0.5, 3.0) if name in WHOLE else ())):
        with pytest.raises(InvalidSetting, match=r"is a (whole )?number from [\d,.]+ to [\d,.]+, not") as caught:
            (WHOLE | SHARES)[name](lake, value)
        assert caught.value.exit_code == 2
        assert len(str(caught.value)) < 200


def test_numbers_of_numpy_are_numbers(lake: Lake) -> None:
    expected = lake.query(*QUERY, k=1, probe=1, min_probability=0.5)
    for whole, share in ((np.int64, np.float64), (np.uint8, np.float32)):
        assert lake.query(*QUERY, k=whole(1), probe=whole(1), min_probability=share(0.5)) == expected


def test_more_answers_than_columns_are_all_there_are(lake: Lake) -> None:
    everything = lake.query(*QUERY, k=1_000_000, probe=0)
    assert everything == lake.query(*QUERY, k=len(lake.opened.searcher.directory), probe=0)
    assert len(everything) > 1


@pytest.mark.parametrize(
    "tolerance",
    [math.nan, math.inf, -1, -0.5, True, None, [], "٣ days", "1_0 days", "9" * 400, "1e9 d", "10001 years"],
)
def test_a_tolerance_is_a_number_with_or_without_a_unit(tolerance: Any) -> None:
    for read in (microseconds_of, number_of):
        with pytest.raises(InvalidSetting, match="a tolerance of"):
            read(tolerance)


def test_tolerances_are_read_as_written() -> None:
    assert number_of(0.00001) == 0.00001
    assert number_of(np.float64(2.5)) == number_of("2.5") == 2.5
    assert microseconds_of("1.5h") == 5_400_000_000
    with pytest.raises(InvalidSetting, match="from 0 to 10,000 years"):
        microseconds_of("999999999 weeks")


def test_a_number_that_makes_no_sense_is_exit_code_2_and_one_sentence(index_folder: Path) -> None:
    for words in (["-k", "1000000000"], ["-k", "1e23"], ["--min-probability", "nan"], ["--budget", "1e9"]):
        done = CliRunner().invoke(cli, ["query", *QUERY, *words, "--index", str(index_folder)])
        code = done.exception.exit_code if isinstance(done.exception, LakeIndexError) else done.exit_code
        assert code == 2, words
        assert done.stdout == ""
