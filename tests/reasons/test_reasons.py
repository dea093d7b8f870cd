"""At most six reasons, the biggest first, which sum to the score; in words, with the values that show them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lakeindex.match.signals import MEANINGS
from lakeindex.match.user_verdicts import FEEDBACK
from lakeindex.reasons.cut import MOST_CHARACTERS, cut
from lakeindex.reasons.facts import facts_of, join_command, verdict
from lakeindex.reasons.reasons import MOST_REASONS, REST, reasons_of
from lakeindex.reasons.themes import theme_of
from lakeindex.search.explain import ANSWERS, CALIBRATION, PATHS, PRIOR, READING
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Evidence, JoinKind, Match, ValueMatch
from lakeindex.types.pair_facts import PairFacts
from tests.reasons.explained import LEFT, PARTS, RIGHT, SUMMARIES, explained, measured_by

NAMES = [*dict.fromkeys((*MEANINGS, FEEDBACK, ANSWERS, PATHS, READING, CALIBRATION, PRIOR))]
"""Of all evidence."""


def said(match: Match, evidence: str) -> tuple[str, tuple[str, ...]]:
    (reason,) = [one for one in reasons_of(match).listed if evidence in one.evidence]
    return reason.says, reason.shows


@pytest.mark.parametrize("seed", range(20))
def test_reasons_are_few_and_sorted_and_sum_to_the_score(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = rng.permutation(NAMES)[: rng.integers(1, 20)].tolist()
    match = explained({name: float(rng.normal(0, 10.0 ** -rng.integers(0, 5))) for name in names})
    reasons = reasons_of(match)
    assert len(reasons.listed) <= MOST_REASONS
    assert sum(one.part for one in reasons.listed) == pytest.approx(match.score)
    assert sum(reasons.tenths) == round(match.score * 1000)
    assert [one.part for one in reasons.listed[:-1]] == sorted(
        (one.part for one in reasons.listed[:-1]), key=lambda part: -abs(part)
    )
    assert sorted(name for one in reasons.listed for name in one.evidence) == sorted(names)
    assert [stop for _, stop in reasons.steps[:-1]] == [start for start, _ in reasons.steps[1:]]
    assert reasons.steps[0][0] == 0 and reasons.steps[-1][1] == pytest.approx(match.score)


def test_what_is_small_is_put_together_as_the_last_reason() -> None:
    listed = reasons_of(explained()).listed
    assert [one.name for one in listed] == [
        "shared values", "meaning", "shared words", "names", "types and keys", REST
    ]  # fmt: skip
    assert listed[-1].part == pytest.approx(-0.06 + 0.01 - 0.03 + 0.02 + 0.02)
    assert listed[-1].says.endswith("a better column, read together, track record, starting point, the way back")


def test_six_reasons_are_six_and_none_is_left_over() -> None:
    six = {name: PARTS[name] for name in ("values", "words", "names", "meaning", "serials", "rival")}
    assert [one.name for one in reasons_of(explained(six)).listed][-1] == "names"
    assert reasons_of(explained({})).listed == () and reasons_of(explained({})).tenths == []


def test_all_evidence_has_a_theme_and_a_source_alone_is_one_by_itself() -> None:
    themes = {name: theme_of(Evidence(name, 0.1, 0.1, "")).name for name in NAMES}
    assert all(theme != name for name, theme in themes.items() if name not in ("names", "meaning")), themes
    assert theme_of(Evidence("containment", 1.0, 1.0, "")).name == "containment"
    assert said(explained({"containment": 1.0}), "containment") == ("what containment means", ())


def test_no_reason_speaks_of_log_odds_anchors_or_a_cross_encoder() -> None:
    for name in NAMES:
        for sign in (1, -1):
            says, _ = said(explained({name: 0.5 * sign}), name)
            assert says and not any(word in says for word in ("log", "odds", "anchor", "encoder", "calibrat", "prior"))


def test_values_that_meet_are_counted_and_shown() -> None:
    assert said(explained(), "values") == (
        "80% of the left values are on the right; 60% the other way round", ("1", "2", "3")
    )  # fmt: skip
    by_program = explained(
        match=ValueMatch.TRANSFORM, matched=1.0, reverse_matched=0.9,
        measured=measured_by(ValueMatch.TRANSFORM, "K1 → 1", how="characters 2 to 9"),
    )  # fmt: skip
    assert said(by_program, "values")[0] == (
        "80% of the left values are on the right as written, 100% by a program; 90% the other way round"
    )
    assert ("they meet where", "characters 2 to 9") in facts_of(by_program)


def test_where_nothing_meets_some_values_of_both_sides_are_shown() -> None:
    match = explained(containment=0.0, matched=0.0, measured=measured_by())
    assert said(match, "values") == (
        "no value of the left column is on the right",
        ("customer: 1, 2, 3", "id: 1, 2, 7"),
    )
    unknown = replace(match, facts=None)
    assert said(unknown, "values") == ("no value of the left column is on the right", ())


def test_words_are_shown_by_values_that_are_written_differently() -> None:
    match = explained({"words": 0.5}, measured=measured_by(ValueMatch.FUZZY, "equal", "Smith, J. → J Smith"))
    assert said(match, "words") == ("the values use the same uncommon words and letters", ("Smith, J. → J Smith",))
    assert said(explained({"grams": 0.5}), "grams")[0] == "the values have few words or letters in common"


def test_names_are_shown_as_far_as_they_are_alike() -> None:
    whole = (str(LEFT), str(RIGHT))
    assert said(explained({"context": 0.3}), "context") == (
        "the names of columns and tables share uncommon words",
        whole,
    )
    assert said(explained({"names": -0.3}), "names")[0].endswith("no uncommon word in common")


def test_meaning_says_how_alike_and_keys_show_ranges() -> None:
    assert said(explained(), "meaning")[0] == "a language model takes both to be about the same thing: 82% alike"
    assert said(explained({"keys": 0.3}), "keys") == (
        "both hold integers; no value repeats on the right, as in a lookup table", ("customer: 1 to 5", "id: 1 to 7")
    )  # fmt: skip
    assert said(explained({"serials": -0.3}), "serials")[0].startswith("one side counts 1, 2, 3")


def test_the_column_that_fits_better_is_named() -> None:
    rival = ColumnId(TableId("customers.csv"), "number")
    match = explained({"rival": -0.3}, facts=PairFacts(*SUMMARIES, rival))
    assert said(match, "rival") == ("another column of the right table fits better", ("number",))


@pytest.mark.parametrize(
    ("kind", "starts"),
    [
        (JoinKind.EQUI, "equi: on equal values"),
        (JoinKind.UNKNOWN, "unknown: no way"),
        *((kind, f"{kind}: on ") for kind in JoinKind if kind not in (JoinKind.EQUI, JoinKind.UNKNOWN)),
    ],
)
def test_the_kind_says_how_to_join(kind: JoinKind, starts: str) -> None:
    assert dict(facts_of(explained(kind=kind)))["kind"].startswith(starts)


def test_one_row_is_a_row_and_what_was_not_counted_is_estimated() -> None:
    assert dict(facts_of(explained()))["joined"] == "90% of the left rows find a partner, 1 joined row"
    estimated = dict(facts_of(explained(measured=None, note="the file is gone")))
    assert estimated["values that meet"].endswith("(estimated from sketches)") and "joined" not in estimated
    assert estimated["note"] == "not counted: the file is gone"


def test_how_sure_a_join_is_is_said_in_words() -> None:
    assert verdict(explained(accepted=False)) == "80.0% sure that they join: not accepted"
    assert verdict(explained(accepted=None)).endswith("no probability")


def test_the_command_that_joins_takes_every_name_for_a_name() -> None:
    odd = replace(explained(), column=ColumnId(TableId("--a b.csv"), "it's"))
    assert join_command(odd) == """lakeindex join -- sales/orders.csv customer '--a b.csv' 'it'"'"'s'"""
    assert join_command(explained()) == "lakeindex join sales/orders.csv customer customers.csv id"


def test_long_values_are_cut_and_of_two_that_meet_both_are_shown() -> None:
    long = "x" * 200
    assert cut(long) == "x" * (MOST_CHARACTERS - 1) + "…" and cut("short") == "short"
    assert cut(f"{long} → yes") == "x" * (MOST_CHARACTERS // 2 - 1) + "… → yes"
