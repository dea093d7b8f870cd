"""Verdicts on pairs of rows are kept in the index, and what links rows obeys them, whatever is done to the index."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from lakeindex import Lake, Settings
from lakeindex.errors import IndexDamaged, InvalidSetting, LakeIndexError, Refused
from lakeindex.integrate.link.kept_verdicts import LINK_VERDICTS_SCHEMA, Keeping
from lakeindex.integrate.link.review import review_table, write_review
from lakeindex.lake.integration import LinkRequest, kept_verdicts
from lakeindex.serve.cli.main import cli
from lakeindex.store.link_verdicts import LinkVerdictFile

WORDS = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "haven",
    "iris",
    "jade",
    "karst",
    "lagoon",
    "maple",
    "north",
    "onyx",
    "pearl",
    "quartz",
]
NAMES = [f"{one} {other}" for one, other in zip(WORDS, [*WORDS[5:], *WORDS[:5]], strict=True)]
APART, TOGETHER = (3, 3), (0, 16)
"""Rows of shops.csv and of stores.csv: that are called the same, and that have nothing in common."""


def write(path: Path, names: Sequence[str], start: int) -> None:
    lines = [f"{name},street {start + place},{'bern' if place % 2 else 'bonn'}" for place, name in enumerate(names)]
    path.write_text("\n".join(["name,street,town", *lines]) + "\n")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    (folder / "lake").mkdir()
    write(folder / "lake" / "shops.csv", NAMES, 0)
    write(folder / "lake" / "stores.csv", NAMES, 0)
    (folder / "lake" / "other.csv").write_text("code,weight\nx1,4\nx2,5\n")
    Lake.index(folder / "lake", folder / "index", Settings(model="hashing", jobs=1))
    return folder


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """A copy of the lake and its index that a test may change."""
    shutil.copytree(built, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def opened(folder: Path) -> Callable[..., Lake]:
    def open_lake(*allowed: str) -> Lake:
        settings = Settings(model="hashing", jobs=1)
        return Lake.open(folder / "index", settings, allowed=allowed or None, lake=folder / "lake")

    return open_lake


def review(lake: Lake, path: Path, said: dict[tuple[int, int], str], tables: tuple[str, str]) -> Path:
    """Write a review file of some rows as a person does: other lines are there, without a verdict."""
    linked = lake.link(*tables)
    pairs = linked.pairs.slice(0, 0).from_pylist(
        [{"left_row": left, "right_row": right, "probability": 0.5} for left, right in (*said, (5, 6))],
        schema=linked.pairs.schema,
    )
    lines = review_table(linked.left, linked.right, linked.aligned, pairs)
    words = [*said.values(), ""]
    write_review(lines.set_column(3, "verdict", [words]), path, force=True)
    return path


def give(lake: Lake, path: Path, said: dict[tuple[int, int], str]) -> Keeping:
    tables = ("shops.csv", "stores.csv")
    keeping = lake.link(*tables, LinkRequest(verdicts=review(lake, path, said, tables))).keeping
    assert keeping is not None
    return keeping


@pytest.fixture(scope="module")
def judged(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index after verdicts were given, and the review file with these."""
    folder = tmp_path_factory.mktemp("judged")
    shutil.copytree(built, folder / "copy")
    lake = Lake.open(folder / "copy" / "index", Settings(model="hashing", jobs=1), lake=folder / "copy" / "lake")
    assert give(lake, folder / "review.csv", {APART: "reject", TOGETHER: " Accepted "}) == Keeping(new=2)
    lake.close()
    return folder


@pytest.fixture
def file(judged: Path, folder: Path, tmp_path: Path) -> Path:
    """A review file whose verdicts were kept."""
    shutil.copytree(judged / "copy" / "index", folder / "index", dirs_exist_ok=True)
    return Path(shutil.copyfile(judged / "review.csv", tmp_path / "review.csv"))


def matches(lake: Lake, left: str = "shops.csv", right: str = "stores.csv") -> set[tuple[int, int]]:
    found = lake.link(left, right).matches
    return set(zip(found["left_row"].to_pylist(), found["right_row"].to_pylist(), strict=True))


def entities(lake: Lake) -> set[frozenset[tuple[str, int]]]:
    made = lake.integrate(["shops.csv", "stores.csv"])
    rows: dict[int, set[tuple[str, int]]] = {}
    for entity, source, row in zip(
        *(getattr(made.claims, one).tolist() for one in ("entity", "source", "row")), strict=True
    ):
        rows.setdefault(entity, set()).add((str(made.tuples.tables[source]), row))
    return set(map(frozenset, rows.values()))


def obeys(lake: Lake) -> bool:
    found = matches(lake)
    return APART not in found and TOGETHER in found


def test_links_without_any_option_obey_in_either_direction(opened: Callable[..., Lake], file: Path) -> None:
    file.unlink()
    assert obeys(opened())
    found = matches(opened(), "stores.csv", "shops.csv")
    assert APART[::-1] not in found and TOGETHER[::-1] in found


def test_integrate_obeys(opened: Callable[..., Lake], tmp_path: Path) -> None:
    before = entities(opened())
    assert frozenset({("shops.csv", 3), ("stores.csv", 3)}) in before
    give(opened(), tmp_path / "review.csv", {APART: "reject", TOGETHER: "accept"})
    after = {name: entity for entity in entities(opened()) for name in entity}
    assert after["shops.csv", 3] != after["stores.csv", 3]
    assert after["shops.csv", 0] == after["stores.csv", 16]
    give(opened(), tmp_path / "review.csv", {APART: "withdraw", TOGETHER: "withdrawn"})
    assert entities(opened()) == before


def said_of_verdicts(lake: Lake, *key: str) -> list[list[str]]:
    tables = ["shops.csv", "stores.csv"]
    made = lake.integrate(tables, key).remarks, lake.plan_integration(tables, key).remarks
    return [[one for one in remarks if "verdict" in one] for remarks in made]


def test_integrate_and_its_plan_say_how_many_verdicts_they_obey(opened: Callable[..., Lake], tmp_path: Path) -> None:
    assert said_of_verdicts(opened()) == [[], []]
    give(opened(), tmp_path / "review.csv", {APART: "reject", TOGETHER: "accept"})
    assert said_of_verdicts(opened()) == [["2 verdicts are obeyed (lakeindex verdicts lists them)"]] * 2
    give(opened(), tmp_path / "review.csv", {TOGETHER: "withdraw"})
    assert said_of_verdicts(opened()) == [["1 verdict is obeyed (lakeindex verdicts lists them)"]] * 2


def test_with_a_key_integrate_says_that_verdicts_are_not_used(opened: Callable[..., Lake], file: Path) -> None:
    expected = ["2 verdicts are not used: name + town say which rows are of one entity"]
    assert said_of_verdicts(opened(), "name", "town") == [expected] * 2


def test_verdicts_on_rows_that_are_gone_are_not_said_to_be_obeyed(
    opened: Callable[..., Lake], file: Path, folder: Path
) -> None:
    for name in ("shops.csv", "stores.csv"):
        write(folder / "lake" / name, NAMES[:16], 0)
    Lake.index(folder / "lake", folder / "index", Settings(model="hashing", jobs=1))
    assert said_of_verdicts(opened()) == [["1 verdict is obeyed (lakeindex verdicts lists them)"]] * 2


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_command_says_on_stderr_how_many_verdicts_it_obeys(
    opened: Callable[..., Lake], file: Path, folder: Path, form: str
) -> None:
    lake = ["--index", str(folder / "index"), "-o", form]
    for more in ([], ["--plan"]):
        result = CliRunner().invoke(cli, ["integrate", "shops.csv", "stores.csv", *more, *lake])
        assert result.exit_code == 0, result.output
        assert "2 verdicts are obeyed" in result.stderr
        assert "obeyed" not in result.stdout


def test_dedupe_obeys(opened: Callable[..., Lake], tmp_path: Path) -> None:
    def same(lake: Lake) -> set[tuple[int, int]]:
        found = lake.dedupe("shops.csv").matches
        return set(zip(found["left_row"].to_pylist(), found["right_row"].to_pylist(), strict=True))

    lake = opened()
    path = review(lake, tmp_path / "review.csv", {(2, 9): "accept"}, ("shops.csv", "shops.csv"))
    assert lake.dedupe("shops.csv", LinkRequest(verdicts=path)).keeping == Keeping(new=1)
    assert (2, 9) in same(opened())
    path = review(lake, tmp_path / "review.csv", {(2, 9): "reject"}, ("shops.csv", "shops.csv"))
    assert lake.dedupe("shops.csv", LinkRequest(verdicts=path)).keeping == Keeping(changed=1)
    assert (2, 9) not in same(opened())


def test_a_later_verdict_counts_and_an_empty_one_leaves_it(opened: Callable[..., Lake], file: Path) -> None:
    assert give(opened(), file, {APART: "reject", TOGETHER: "accept"}) == Keeping(same=2)
    assert give(opened(), file, {APART: "", TOGETHER: "reject"}) == Keeping(changed=1)
    found = matches(opened())
    assert APART not in found and TOGETHER not in found
    assert give(opened(), file, {APART: "withdraw", (7, 8): "withdraw"}) == Keeping(withdrawn=1)
    listed = opened().opened.link_verdicts.to_arrow()
    assert listed.schema == LINK_VERDICTS_SCHEMA
    assert listed.select(["left_table", "right_table", "verdict"]).to_pylist() == [
        {"left_table": "shops.csv", "right_table": "stores.csv", "verdict": "rejected"}
    ]


def test_they_count_after_row_numbers_changed(folder: Path, opened: Callable[..., Lake], file: Path) -> None:
    lines = (folder / "lake" / "shops.csv").read_text().splitlines()
    (folder / "lake" / "shops.csv").write_text("\n".join([lines[0], *lines[:0:-1]]) + "\n")
    Lake.index(folder / "lake", folder / "index", Settings(model="hashing", jobs=1))
    found = matches(opened())
    last = len(NAMES) - 1
    assert (last - APART[0], APART[1]) not in found and (last - TOGETHER[0], TOGETHER[1]) in found
    kept = kept_verdicts(opened().opened, "shops.csv", "stores.csv").to_pylist()
    # Both tables hold what the accepted rows do, so that these are accepted the other way round, too.
    assert [(one["left_row"], one["right_row"], one["verdict"]) for one in kept] == [
        (0, 0, "accept"),
        (last - APART[0], APART[1], "reject"),
        (last, last, "accept"),
    ]
    assert kept[1]["left name"] == kept[1]["right name"] == NAMES[3]


def test_what_is_listed_as_kept_is_a_review_file(folder: Path, opened: Callable[..., Lake], file: Path) -> None:
    words = ["--index", str(folder / "index"), "--lake", str(folder / "lake"), "--quiet", "-o", "csv"]
    shown = CliRunner().invoke(cli, ["link", "shops.csv", "stores.csv", "--kept", *words])
    assert shown.exit_code == 0
    file.write_text(shown.stdout.replace("reject", "withdraw"))
    request = LinkRequest(verdicts=file)
    assert opened().link("shops.csv", "stores.csv", request).keeping == Keeping(same=1, withdrawn=1)


@pytest.mark.parametrize("tables", [("other.csv", "stores.csv"), ("shops.csv", "other.csv")])
def test_a_review_file_of_other_tables_is_refused(
    opened: Callable[..., Lake], file: Path, tables: tuple[str, str]
) -> None:
    before = opened().opened.link_verdicts.to_arrow()
    with pytest.raises(InvalidSetting, match=r"none of the rows that .*review\.csv has verdicts on is in"):
        opened().link(*tables, LinkRequest(verdicts=file))
    assert opened().opened.link_verdicts.to_arrow() == before


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (("reject", "rejekt"), "line 2: the verdict is 'rejekt', expected accept, reject or withdraw"),
        (("verdict", "word"), "has no column 'verdict'"),
        ((",left_hash", ",hash"), "has no column 'left_hash'"),
    ],
)
def test_a_file_that_was_edited_wrongly_is_told_with_its_line(
    opened: Callable[..., Lake], file: Path, edit: tuple[str, str], message: str
) -> None:
    file.write_text(file.read_text().replace(*edit, 1))
    before = opened().opened.link_verdicts.to_arrow()
    with pytest.raises(InvalidSetting, match=message):
        opened().link("shops.csv", "stores.csv", LinkRequest(verdicts=file))
    assert opened().opened.link_verdicts.to_arrow() == before


def test_two_verdicts_on_one_pair_are_told_with_their_lines(opened: Callable[..., Lake], file: Path) -> None:
    with file.open(newline="") as handle:
        lines = list(csv.DictReader(handle))
    with file.open("w", newline="") as handle:
        out = csv.DictWriter(handle, lines[0])
        out.writeheader()
        out.writerows([lines[0], lines[1], lines[0] | {"verdict": "accept"}])
    with pytest.raises(InvalidSetting, match="lines 2 and 4 are of rows that hold the same, with two verdicts"):
        opened().link("shops.csv", "stores.csv", LinkRequest(verdicts=file))


def test_lines_of_rows_that_are_gone_are_passed_over(opened: Callable[..., Lake], file: Path) -> None:
    with file.open(newline="") as handle:
        lines = list(csv.DictReader(handle))
    with file.open("w", newline="") as handle:
        out = csv.DictWriter(handle, lines[0])
        out.writeheader()
        out.writerows([*lines, lines[0] | {"left_hash": "00000000000000ff"}])
    keeping = opened().link("shops.csv", "stores.csv", LinkRequest(verdicts=file)).keeping
    assert keeping == Keeping(same=2, passed_over=1)
    assert keeping.describe() == (
        "verdicts kept in the index: 2 as before; 1 passed over: their rows are not, or no longer, in these tables"
    )


def test_rebuild_rollback_repair_snapshot_and_restore_keep_them(
    folder: Path, opened: Callable[..., Lake], file: Path, tmp_path: Path
) -> None:
    index, settings = folder / "index", Settings(model="hashing", jobs=1)
    hashed = opened().logical_hash
    (folder / "lake" / "new.csv").write_text("colour\nred\nblue\n")
    Lake.index(folder / "lake", index, settings)
    assert obeys(opened())
    Lake.rollback(index, settings=settings)
    assert opened().logical_hash == hashed and obeys(opened())
    assert Lake.repair(index, settings).left == ""
    Lake.snapshot(tmp_path / "one.tar", index, settings=settings)
    restored = Lake.restore(tmp_path / "one.tar", tmp_path / "elsewhere", folder / "lake", settings=settings)
    again = Lake.open(tmp_path / "elsewhere", settings)
    assert restored.kept_verdicts == () and again.logical_hash == hashed and obeys(again)


def test_other_verdicts_make_way_only_when_forced_and_are_kept_beside(
    folder: Path, opened: Callable[..., Lake], file: Path, tmp_path: Path
) -> None:
    index, settings = folder / "index", Settings(model="hashing", jobs=1)
    Lake.snapshot(tmp_path / "one.tar", index, settings=settings)
    give(opened(), file, {APART: "accept"})
    mine = LinkVerdictFile(index).path.read_bytes()
    with pytest.raises(Refused, match=r"link_verdicts\.jsonl holds other verdicts than the snapshot"):
        Lake.restore(tmp_path / "one.tar", index, settings=settings)
    done = Lake.restore(tmp_path / "one.tar", index, folder / "lake", force=True, settings=settings)
    assert done.kept_verdicts == (index / "link_verdicts.jsonl.bak",)
    assert done.kept_verdicts[0].read_bytes() == mine
    assert obeys(opened())


def test_without_verdicts_hash_and_snapshot_are_as_they_were(
    folder: Path, opened: Callable[..., Lake], tmp_path: Path
) -> None:
    lake, settings = opened(), Settings(model="hashing", jobs=1)
    assert lake.logical_hash == lake.generation.manifest.logical_hash
    Lake.snapshot(tmp_path / "one.tar", folder / "index", settings=settings)
    give(lake, tmp_path / "review.csv", {APART: "reject"})
    assert opened().logical_hash != lake.generation.manifest.logical_hash
    give(lake, tmp_path / "review.csv", {APART: "withdraw"})
    assert opened().logical_hash == lake.generation.manifest.logical_hash
    assert b'"format": 1' in (tmp_path / "one.tar").read_bytes()
    assert b"link_verdicts" not in (tmp_path / "one.tar").read_bytes()


def test_forget_removes_those_of_a_table(folder: Path, file: Path) -> None:
    index, settings = folder / "index", Settings(model="hashing", jobs=1)
    assert Lake.forget(["other.csv"], index, settings).verdicts == 0
    assert Lake.forget(["stores.csv"], index, settings).verdicts == 2
    assert LinkVerdictFile(index).read() == ()


def test_damage_is_named_and_ends_a_link(folder: Path, opened: Callable[..., Lake], file: Path) -> None:
    path = LinkVerdictFile(folder / "index").path
    path.write_bytes(path.read_bytes().replace(b"accepted", b"rejected"))
    for call in (
        lambda: opened().link("shops.csv", "stores.csv"),
        lambda: opened().integrate(["shops.csv", "other.csv"]),
    ):
        with pytest.raises(IndexDamaged, match=r"link_verdicts\.jsonl is not what was written"):
            call()
    assert "link_verdicts.jsonl" in Lake.repair(folder / "index", Settings(model="hashing", jobs=1)).left
    shown = CliRunner().invoke(cli, ["verify", "--index", str(folder / "index"), "-o", "csv"])
    assert shown.exit_code == 4 and "link_verdicts.jsonl" in shown.stdout


def test_a_caller_of_some_tables_is_told_of_their_verdicts_alone(opened: Callable[..., Lake], file: Path) -> None:
    assert opened("shops.csv").opened.link_verdicts.to_arrow().num_rows == 0
    assert opened("shops.csv", "stores.csv").opened.link_verdicts.to_arrow().num_rows == 2
    assert obeys(opened("s*.csv"))


@pytest.mark.parametrize("setting", [{"values": "none"}, {"personal": "refuse"}])
def test_an_index_that_keeps_nothing_of_values_keeps_nothing_of_rows(
    built: Path, tmp_path: Path, setting: dict[str, str]
) -> None:
    lake = Lake.index(built / "lake", tmp_path / "index", replace(Settings(model="hashing", jobs=1), **setting))
    tables = ("shops.csv", "stores.csv")
    linked = lake.link(*tables, LinkRequest(verdicts=review(lake, tmp_path / "r.csv", {APART: "reject"}, tables)))
    assert APART not in {(one["left_row"], one["right_row"]) for one in linked.matches.to_pylist()}
    assert linked.keeping is not None and "1 verdicts count for this call alone" in linked.keeping.describe()
    assert not LinkVerdictFile(tmp_path / "index").path.exists()
    assert APART in matches(lake)


def test_an_index_of_hashes_keeps_rows_under_its_key(built: Path, tmp_path: Path) -> None:
    settings = Settings(model="hashing", jobs=1, values="hash", hash_key="a long random text")
    lake = Lake.index(built / "lake", tmp_path / "index", settings)
    give(lake, tmp_path / "r.csv", {APART: "reject", TOGETHER: "accept"})
    assert obeys(Lake.open(tmp_path / "index", settings))
    with (tmp_path / "r.csv").open(newline="") as handle:
        written = {one[f"{side}_hash"] for one in csv.DictReader(handle) for side in ("left", "right")}
    kept = LinkVerdictFile(tmp_path / "index").read()
    assert written.isdisjoint({row.digits for one in kept for row in (one.left, one.right)})


def test_an_index_that_cannot_be_written_says_so_unless_nothing_is_new(
    folder: Path, opened: Callable[..., Lake], file: Path
) -> None:
    (folder / "index" / "link_verdicts.lock").unlink()
    (folder / "index" / "link_verdicts.lock").mkdir()
    assert give(opened(), file, {APART: "reject"}) == Keeping(same=1)
    with pytest.raises(LakeIndexError, match=r"link_verdicts\.jsonl can't be written"):
        give(opened(), file, {APART: "accept"})
    assert obeys(opened())


def test_the_commands_list_what_is_kept_and_tell_that_it_counts(
    folder: Path, opened: Callable[..., Lake], file: Path
) -> None:
    words = ["--index", str(folder / "index"), "-o", "csv"]
    listed = list(csv.DictReader(CliRunner().invoke(cli, ["verdicts", *words]).stdout.splitlines()))
    assert [one["verdict"] for one in listed] == [
        one["verdict"] for one in opened().opened.link_verdicts.to_arrow().to_pylist()
    ]
    assert sorted(one["verdict"] for one in listed) == ["accepted", "rejected"]
    assert "2 verdicts are obeyed" in opened().link("shops.csv", "stores.csv").describe()
    assert "obeyed" not in opened().dedupe("other.csv").describe()
    shown = CliRunner().invoke(cli, ["link", "shops.csv", "stores.csv", "--kept", "--rows", *words])
    assert shown.exit_code == 2 and "give it alone" in shown.output
