"""Which value of each cell is right: one rule for a whole table, every cell with its confidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lakeindex.arrays.aliases import Codes, Flags, Floats, Integers
from lakeindex.arrays.ragged import starts_run
from lakeindex.integrate.conflicts.ballots import Ballots, CountedClaims, count_votes
from lakeindex.integrate.conflicts.claims import Claims, Decision, Resolved, Rule, number_of
from lakeindex.integrate.conflicts.conventions import off_convention
from lakeindex.integrate.conflicts.jackknife import jackknifed
from lakeindex.integrate.conflicts.likeness import with_likeness
from lakeindex.integrate.conflicts.shared_errors import most_confidence
from lakeindex.integrate.conflicts.truth_discovery import discover
from lakeindex.integrate.conflicts.written_forms import written_forms

_AS_LIKELY = 0.8
"""From this share of the winner's probability on, the next value is as likely."""


def resolve(claims: Claims, rule: Rule = Rule.AUTO) -> Resolved:
    """Return which value is right in each cell that has claims; the same for any order of the claims."""
    counted = count_votes(claims)
    is_off = off_convention(counted.ballots)
    ballots = replace(with_likeness(counted), option_is_sound=counted.ballots.option_is_sound & ~is_off)
    probabilities = _probabilities(ballots, rule)
    newest = _newest(counted, claims) if rule in (Rule.AUTO, Rule.RECENCY) else None
    ranked = _ranked(ballots, probabilities, newest, rule)
    winners = ranked[starts_run(ballots.option_cell[ranked])] if len(ranked) else ranked
    is_tie = _is_tie(ballots, ranked, probabilities)
    decision, is_tie = _decisions(ballots, (winners, ranked), is_tie, newest, rule)
    by_convention = (ballots.of_cells(is_off.astype(np.float64)) > 0) & (
        ballots.of_cells((~is_off).astype(np.float64)) == 1
    )
    decision[by_convention] = number_of(Decision.CONVENTION)
    confidence = probabilities if rule is Rule.MAJORITY else jackknifed(ballots, probabilities)
    has_won = np.isin(counted.option, winners)
    is_near = np.bincount(ballots.option_cell[counted.option], has_won & ~counted.is_shown, ballots.cells) > 0
    decision[is_near & ~is_tie] = number_of(Decision.TOLERANCE)
    return Resolved(
        ballots.cell_entity, ballots.cell_attribute, written_forms(counted, winners),
        np.minimum(confidence[winners], most_confidence(ballots)),
        decision, is_tie,
        ballots.option_cell[counted.option],
        counted.option - ballots.first_options[ballots.option_cell[counted.option]],
        has_won,
    )  # fmt: skip


def _probabilities(ballots: Ballots, rule: Rule) -> Floats:
    if rule is Rule.MAJORITY:
        votes = ballots.of_options(ballots.vote_weight) * ballots.option_is_sound
        return np.asarray(votes / ballots.of_cells(votes)[ballots.option_cell])
    return discover(ballots).posterior


def _newest(counted: CountedClaims, claims: Claims) -> Floats | None:
    """Return the latest moment at which each option is claimed, -inf where none is known."""
    if claims.moment is None:
        return None
    newest = np.full(counted.ballots.options, -np.inf)
    np.maximum.at(newest, counted.option, np.where(np.isnan(claims.moment), -np.inf, claims.moment))
    return newest


def _ranked(ballots: Ballots, probabilities: Floats, newest: Floats | None, rule: Rule) -> Integers:
    """Return the options by cell, the best first: of those that are as likely as the best the newest."""
    votes = np.round(ballots.of_options(ballots.vote_weight), 9)
    likely = np.round(probabilities, 9)
    preferred = np.zeros(len(likely))
    if newest is not None:
        best = np.zeros(ballots.cells)
        np.maximum.at(best, ballots.option_cell, likely)
        is_near = likely >= _AS_LIKELY * best[ballots.option_cell]
        preferred = newest if rule is Rule.RECENCY else np.where(is_near, newest, -np.inf)
    return np.lexsort((ballots.option_code, -votes, -likely, -preferred, ballots.option_cell))


def _is_tie(ballots: Ballots, ranked: Integers, probabilities: Floats) -> Flags:
    first = ballots.first_options[:-1]
    second = np.minimum(first + 1, ballots.options - 1)
    has_second = np.diff(ballots.first_options) > 1
    best, next_best = probabilities[ranked[first]], probabilities[ranked[second]]
    return np.asarray(has_second & (next_best >= _AS_LIKELY * best))


def _decisions(
    ballots: Ballots, placed: tuple[Integers, Integers], is_tie: Flags, newest: Floats | None, rule: Rule
) -> tuple[Codes, Flags]:
    winners, ranked = placed
    votes = np.bincount(ballots.vote_option, minlength=ballots.options)
    is_alone = np.diff(ballots.first_options) == 1
    usual = Decision.MAJORITY if rule is Rule.MAJORITY else Decision.TRUTH_DISCOVERY
    decision = np.full(ballots.cells, number_of(usual), np.int8)
    if newest is not None:
        second = ranked[np.minimum(ballots.first_options[:-1] + 1, ballots.options - 1)]
        by_date = ~is_alone & (newest[winners] > newest[second]) & (is_tie | (rule is Rule.RECENCY))
        decision[by_date] = number_of(Decision.RECENCY)
        is_tie = is_tie & ~by_date
    decision[is_tie] = number_of(Decision.TIE)
    decision[is_alone] = number_of(Decision.AGREED)
    decision[is_alone & (votes[winners] == 1)] = number_of(Decision.ONLY)
    return decision, is_tie
