"""Train the models that ship, on tables that anyone can fetch, and write them with their model cards.

train.py FOLDER [--only MODEL] [--lakes LAKES] [--no-fetch]

FOLDER is where the fetched tables are kept. They are split by package: models are trained on the first part, calibrated
on the second and measured on the third. LAKES is a folder of lakes that nobody made, each with its files in `tables`:
answers are calibrated on them, too, with some of their joins masked; they are split by name. What tells which columns
are the same attribute or of one semantic type, and which tables are similar, learns from these lakes alone, their
tables cut into parts, and so does what tells which columns refer to which keys, from databases made of them. With
--no-fetch the tables that were fetched before are taken.
"""

from __future__ import annotations

import argparse
import atexit
import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from card import (
    attributes_card,
    calibration_card,
    cells_card,
    cross_card,
    encoder_card,
    keys_card,
    matcher_card,
    paths_card,
    references_card,
    rivals_card,
    similarity_card,
    static_card,
    types_card,
)
from fetch_tables import fetch
from safetensors.torch import save_file

from lakeindex.config.model_options import BASE_MODEL, ModelOptions
from lakeindex.config.settings import Settings
from lakeindex.encode.adapters import SCALE
from lakeindex.encode.cross_encoder import CrossEncoder
from lakeindex.encode.model_folder import model_folder
from lakeindex.integrate.align.attribute_matcher import write_attribute_matcher
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.lake import Lake
from lakeindex.lake_map.semantic_types.type_matcher import write_type_matcher
from lakeindex.lake_map.similar.similarity_model import SimilarityModel, write_similarity_model
from lakeindex.lake_map.similar.table_vectors import TableVectors
from lakeindex.match.answer_calibration import MeasuredCalibration
from lakeindex.match.features import FEATURES
from lakeindex.match.matcher import write_matcher
from lakeindex.models.static_embeddings import TokenVectors
from lakeindex.models.weights import (
    ATTRIBUTES,
    CALIBRATION,
    CROSS_ENCODER,
    ENCODER,
    KEYS,
    LATE_INTERACTION,
    MATCHER,
    PATHS,
    REFERENCES,
    RIVALS,
    SIMILARITY,
    STATIC,
    TYPES,
)
from lakeindex.rerank.late_interaction import LateInteraction, write_late_interaction
from lakeindex.search.searcher import Searcher
from lakeindex.synthesis.column_pool import Pool
from lakeindex.synthesis.made_lake import STYLES, make_lake
from lakeindex.synthesis.masked_lake import MASKED_STYLES, mask_lake
from lakeindex.synthesis.source_tables import SourceData, to_sources
from lakeindex.training.answer_calibration import fit_answers, measure_acceptance, measure_answers
from lakeindex.training.answers import AnsweredLake, answer_lake
from lakeindex.training.attribute_matcher import AttributeOptions, measure_attributes, train_attribute_matcher
from lakeindex.training.cross_encoder import train_cross_encoder
from lakeindex.training.fit.contrastive import TuningOptions, tune
from lakeindex.training.fit.cross_encoder_lora import PairTuningOptions
from lakeindex.training.key_model import LabelledSets, label_sets, train_key_model
from lakeindex.training.late_interaction import train_late_interaction
from lakeindex.training.made_databases import label_databases, label_declared
from lakeindex.training.made_lakes import plans, query_made_lakes
from lakeindex.training.matcher import MatcherOptions, train_matcher
from lakeindex.training.measures import measure_matcher
from lakeindex.training.message_passing import WITHOUT_PATHS, PathPairs, collect_path_pairs, fit_paths, log_loss
from lakeindex.training.ranked_pairs import ScoredLake, score_made_lakes
from lakeindex.training.read_sources import read_sources
from lakeindex.training.reference_model import LabelledReferences, train_reference_model
from lakeindex.training.rerank_fusion import RerankOptions, measure_reranking, weights_of
from lakeindex.training.similar_rivals import OPTIONS as RIVALS_LEARNING
from lakeindex.training.similar_rivals import first_among_rivals, label_rivals, train_rivals
from lakeindex.training.similar_tables import (
    SimilarityOptions,
    compare_lake,
    first_among_similar,
    fit_blocks,
    make_partner_lake,
    train_similarity,
)
from lakeindex.training.split_lakes import LabelledPairs, label_pairs, split_lake, split_lakes
from lakeindex.training.standard_lakes import standard_lake
from lakeindex.training.static_tokens import DistillingOptions, distil, tune_tokens, write_tokens
from lakeindex.training.texts import text_batches
from lakeindex.training.type_matcher import (
    TYPES_LEARNING,
    LabelledGraph,
    label_graph,
    measure_types,
    train_type_matcher,
)
from lakeindex.types.lake import ReadOptions, TableId
from lakeindex.types.reports import FileOutcome

SEED = 1
PARTS = ("learn", "learn", "learn", "learn", "learn", "learn", "calibrate", "calibrate", "measure", "measure")
TUNING = TuningOptions(steps=700)
KEPT_OF_TUNING = 0.25
"""How far to move from the base model to the tuned one: more makes it forget the meaning of names."""
DISTILLING = DistillingOptions()
MATCHING = MatcherOptions()
LAKES = {"learn": 40, "calibrate": 14, "measure": 14}
PATH_LAKES = {"calibrate": 14, "measure": 8}
PATH_SOURCES = (15, 30, 50)
RERANK_LAKES = {"learn": 40, "calibrate": 10, "measure": 8}
RERANKING = RerankOptions()
"""Of the late-interaction reranker."""
TRANSFORMER_RERANKING = RerankOptions(share=0.5, most=-2.0)
"""Of the transformer cross-encoder."""
TRANSFORMER_QUERIES = 25
"""Queries per lake whose pairs the transformer scores, to fit the weight of its scores."""
PAIR_TUNING = PairTuningOptions()
MOST_BYTES = 1_000_000
ANSWERED_LAKES = {"calibrate": 14, "measure": 14}
ANSWERED_SOURCES = (20, 40)
QUERIES_OF_ANSWERED, QUERIES_OF_MASKED = 80, 40
MOST_BYTES_OF_MASKED = 300_000
ATTRIBUTES_LEARNING = AttributeOptions()
MOST_BYTES_OF_SPLIT = 150_000
DATABASES_A_LAKE, TOGETHER, FOLDS = 7, 3, 5
"""Databases made of each lake, those of them that are looked at among others, too, and parts of the lakes."""
MOST_BYTES_OF_DATABASES = 300_000
SIMILARITY_LEARNING = SimilarityOptions()
LEARNED_DRAWS, OF_A_LEARNED_LAKE, OF_A_HELD_OUT_LAKE = 2, 14, 45
"""How often tables of the lakes that are learned from are drawn, and how many of each lake."""
RIVALS_DRAW, OF_A_LAKE_WITH_RIVALS = 1_000, 45
"""A draw of its own, of enough tables of each lake for many to have siblings."""

IndexedPartners = tuple[Searcher, list[tuple[TableId, TableId]]]
"""A lake, and its tables that were one."""


def part_of(package: str) -> str:
    """Return which part a package's tables belong to."""
    return PARTS[int(hashlib.sha1(package.encode()).hexdigest(), 16) % len(PARTS)]


def sources(folder: Path, part: str) -> Iterator[SourceData]:
    """Read the first rows of the tables of one part."""
    for package in sorted(path for path in folder.iterdir() if part_of(path.name) == part):
        yield from tables_of(package, MOST_BYTES)


def tables_of(folder: Path, most_bytes: int) -> Iterator[SourceData]:
    """Read the first rows of the tables of a folder."""
    for found in read_sources(folder, folder / ".lakeindex", ReadOptions(batch_rows=4_096), most_bytes):
        if not isinstance(found, FileOutcome):
            yield found


def train_encoder(tables: Path) -> None:
    pool = Pool.of(sources(tables, "learn"))
    folder = model_folder(ModelOptions(model=BASE_MODEL))
    adapters = tune(folder, text_batches(pool, TUNING.seed), TUNING, log)
    scale = KEPT_OF_TUNING * TUNING.alpha / TUNING.rank
    save_file({name: weight.half() for name, weight in adapters.items()}, ENCODER, {SCALE: str(scale)})
    ENCODER.with_suffix(".md").write_text(encoder_card(TUNING, KEPT_OF_TUNING, len(pool.columns)), "utf-8")


def train_static(tables: Path) -> None:
    pool = Pool.of(sources(tables, "learn"))
    batches = text_batches(pool, TUNING.seed)
    tokens = tune_tokens(distil(ModelOptions(), DISTILLING.dimensions[-1]), batches, DISTILLING, log)
    write_tokens(STATIC, tokens)
    STATIC.with_suffix(".md").write_text(static_card(DISTILLING, len(pool.columns)), "utf-8")


def train_the_matcher(tables: Path) -> None:
    queried = {
        part: list(query_made_lakes(list(sources(tables, part)), plans(count, SEED + place), Settings(), log))
        for place, (part, count) in enumerate(LAKES.items())
    }
    matcher = train_matcher(queried["learn"], queried["calibrate"], MATCHING)
    figures = measure_matcher(matcher, queried["measure"])
    log(json.dumps(figures, indent=1))
    names = [feature.name for feature in FEATURES]
    trees = {"pair": matcher.pair, "confidence": matcher.confidence}
    write_matcher(MATCHER, trees, matcher.calibration, names, {"figures": json.dumps(figures)})
    card = matcher_card(asdict(MATCHING), LAKES, matcher.calibration, figures)
    MATCHER.with_suffix(".md").write_text(card, "utf-8")


def train_paths(tables: Path) -> None:
    """Train on the tables that the matcher was calibrated on: on those of its training, it is overconfident."""
    pairs = {
        part: PathPairs.joined(
            list(
                collect_path_pairs(
                    list(sources(tables, part)), plans(count, SEED + place, PATH_SOURCES), Settings(), log
                )
            )
        )
        for place, (part, count) in enumerate(PATH_LAKES.items(), 10)
    }
    weights = fit_paths(pairs["calibrate"])
    figures = {
        "log_loss": log_loss(pairs["measure"], weights),
        "log_loss_without": log_loss(pairs["measure"], WITHOUT_PATHS),
        "pairs": len(pairs["measure"].joins),
    }
    log(json.dumps(asdict(weights) | figures, indent=1))
    weights.save(PATHS)
    PATHS.with_suffix(".md").write_text(paths_card(weights, PATH_LAKES, figures), "utf-8")


def train_cross(tables: Path) -> None:
    """Train both rerankers on the same made lakes, and fit on others the weights of their scores."""
    scored = {
        part: list(score_made_lakes(list(sources(tables, part)), plans(count, SEED + place), Settings(), log))
        for place, (part, count) in enumerate(RERANK_LAKES.items(), 20)
    }
    tokens = TokenVectors.open(STATIC)
    trees = train_late_interaction(scored["learn"], tokens)
    reranker = LateInteraction(tokens, trees, (LATE_INTERACTION, STATIC))
    weights = weights_of(reranker, scored["calibrate"], RERANKING)
    figures = measure_reranking(reranker, weights, scored["measure"])
    log(json.dumps(asdict(weights) | figures, indent=1))
    write_late_interaction(LATE_INTERACTION, trees, weights.to_metadata() | {"figures": json.dumps(figures)})
    LATE_INTERACTION.with_suffix(".md").write_text(cells_card(RERANK_LAKES, RERANKING, figures), "utf-8")
    train_transformer(scored)


def train_transformer(scored: Mapping[str, Sequence[ScoredLake]]) -> None:
    tuned = train_cross_encoder(scored["learn"], PAIR_TUNING, log)
    halved = {name: weight.half().contiguous() for name, weight in tuned.items()}
    scale = {SCALE: str(PAIR_TUNING.alpha / PAIR_TUNING.rank)}
    save_file(halved, CROSS_ENCODER, scale)
    model = CrossEncoder(CROSS_ENCODER)
    few = {
        part: [lake.of_some(TRANSFORMER_QUERIES, SEED) for lake in scored[part]] for part in ("calibrate", "measure")
    }
    weights = weights_of(model, few["calibrate"], TRANSFORMER_RERANKING)
    figures = measure_reranking(model, weights, few["measure"])
    log(json.dumps(asdict(weights) | figures, indent=1))
    save_file(halved, CROSS_ENCODER, scale | weights.to_metadata() | {"figures": json.dumps(figures)})
    CROSS_ENCODER.with_suffix(".md").write_text(
        cross_card(RERANK_LAKES, PAIR_TUNING, TRANSFORMER_RERANKING, figures), "utf-8"
    )


def calibrate_answers(tables: Path, lakes: Path | None) -> None:
    """Calibrate what is answered after the last stage: on made lakes, and on lakes that nobody made."""
    made = {part: list(answered_made_lakes(tables, part, place)) for place, part in enumerate(ANSWERED_LAKES, 30)}
    masked: dict[str, list[AnsweredLake]] = {"calibrate": [], "measure": []}
    for name, lake in answered_masked_lakes(lakes):
        masked["measure" if part_of(name) == "measure" else "calibrate"].append(lake)
    calibration = fit_answers([*made["calibrate"], *masked["calibrate"]], made["calibrate"])
    measured = {"made lakes": measure_answers(made["measure"], calibration)}
    if masked["measure"]:
        measured["lakes that nobody made, joins masked"] = measure_answers(masked["measure"], calibration)
    figures = {"measured_on": measured, "acceptance": measure_acceptance(made["measure"], calibration)}
    log(json.dumps(asdict(calibration) | figures, indent=1))
    MeasuredCalibration(calibration, figures).save(CALIBRATION)
    counts = {"made": len(made["calibrate"]), "masked": len(masked["calibrate"])}
    CALIBRATION.with_suffix(".md").write_text(calibration_card(calibration, counts, figures), "utf-8")


def answered_made_lakes(tables: Path, part: str, place: int) -> Iterator[AnsweredLake]:
    """Make lakes of the tables of one part, and query them."""
    pool = list(sources(tables, part))
    for plan in plans(ANSWERED_LAKES[part], SEED + place, ANSWERED_SOURCES, QUERIES_OF_ANSWERED):
        drawn = np.sort(np.random.default_rng(plan.seed).permutation(len(pool))[: plan.sources])
        made = make_lake([pool[at] for at in drawn.tolist()], plan.seed, STYLES[plan.style])
        lake = answer_lake(made, Settings(), plan.queries, plan.seed, is_masked=False)
        log(f"{plan}: {len(lake.answers.joins)} answers, {int(lake.answers.joins.sum())} join")
        yield lake


def answered_masked_lakes(lakes: Path | None) -> Iterator[tuple[str, AnsweredLake]]:
    """Mask joins of lakes that nobody made, and query them; none where no folder of them is given."""
    folders = [] if lakes is None else sorted(path for path in lakes.iterdir() if (path / "tables").is_dir())
    for place, folder in enumerate(folders):
        style, seed = MASKED_STYLES[place % len(MASKED_STYLES)], SEED + 10_000 + place
        made = mask_lake(list(tables_of(folder / "tables", MOST_BYTES_OF_MASKED)), seed, style)
        lake = answer_lake(made, Settings(), QUERIES_OF_MASKED, seed, is_masked=True)
        log(f"{folder.name}, {style.name}: {len(lake.answers.joins)} answers, {int(lake.answers.joins.sum())} join")
        yield folder.name, lake


def train_attributes(tables: Path, lakes: Path | None) -> None:
    """Train on three in four of the lakes that nobody made, and calibrate and measure on the others."""
    folders = [] if lakes is None else sorted(path for path in lakes.iterdir() if (path / "tables").is_dir())
    if not folders:
        log("attributes are learned from lakes that nobody made: give their folder by --lakes")
        return
    found: dict[str, list[LabelledPairs]] = {folder.name: [] for folder in folders}
    read = [list(tables_of(folder / "tables", MOST_BYTES_OF_SPLIT)) for folder in folders]
    for make, seed in ((split_lake, SEED * 1_000), (standard_lake, SEED * 50_000)):
        for folder, (split, searcher) in zip(folders, split_lakes(read, seed, Settings(), make), strict=True):
            columns = ColumnSet.of(searcher.directory.table_ids, searcher)
            found[folder.name].append(label_pairs(split, columns, across=make is split_lake))
            log(f"{folder.name}: {len(split.groups)} groups of tables, {len(found[folder.name][-1].labels)} pairs")
    learned = [LabelledPairs.joined(some) for name, some in found.items() if not is_held_out(name)]
    held_out = [LabelledPairs.joined(some) for name, some in found.items() if is_held_out(name)]
    matcher = train_attribute_matcher(learned, held_out, ATTRIBUTES_LEARNING)
    figures = measure_attributes(matcher, held_out)
    log(json.dumps(figures, indent=1))
    write_attribute_matcher(ATTRIBUTES, matcher, {"figures": json.dumps(figures)})
    counts = {"learned": len(learned), "held out": len(held_out)}
    ATTRIBUTES.with_suffix(".md").write_text(attributes_card(asdict(ATTRIBUTES_LEARNING), counts, figures), "utf-8")


def train_references(tables: Path, lakes: Path | None) -> None:
    """Train on databases made of the lakes that nobody made, and on the keys that these declare."""
    folders = [] if lakes is None else sorted(path for path in lakes.iterdir() if (path / "tables").is_dir())
    if not folders:
        log("references are learned from lakes that nobody made: give their folder by --lakes")
        return
    read = {folder.name: list(tables_of(folder / "tables", MOST_BYTES_OF_DATABASES)) for folder in folders}
    folds: list[list[LabelledReferences]] = [[] for _ in range(FOLDS)]
    fold_of = {folder.name: place % FOLDS for place, folder in enumerate(folders)}
    for batch in range(DATABASES_A_LAKE):
        for name, found in label_databases(read, batch, Settings(), batch < TOGETHER):
            folds[fold_of[name]].append(found)
        log(f"batch {batch}: {sum(len(one.labels) for fold in folds for one in fold)} pairs")
    for folder in folders:
        if (declared := label_declared(folder, Settings())) is not None:
            folds[fold_of[folder.name]].append(declared)
    model, figures = train_reference_model(folds)
    log(json.dumps(figures, indent=1))
    model.save(REFERENCES, {"figures": json.dumps(figures)})
    REFERENCES.with_suffix(".md").write_text(references_card(len(folders), DATABASES_A_LAKE, figures), "utf-8")


def train_keys(tables: Path, lakes: Path | None) -> None:
    """Train on a few rows of the tables of the lakes that nobody made."""
    folders = [] if lakes is None else sorted(path for path in lakes.iterdir() if (path / "tables").is_dir())
    if not folders:
        log("keys are learned from lakes that nobody made: give their folder by --lakes")
        return
    read = {folder.name: to_sources(list(tables_of(folder / "tables", MOST_BYTES))) for folder in folders}
    found = label_sets(read, Settings())
    folds = [
        LabelledSets(
            np.concatenate([found[folder.name].features for folder in folders[fold::FOLDS]]),
            np.concatenate([found[folder.name].are_keys for folder in folders[fold::FOLDS]]),
        )
        for fold in range(FOLDS)
    ]
    model, figures = train_key_model(folds)
    log(json.dumps(figures, indent=1))
    model.save(KEYS, {"figures": json.dumps(figures)})
    KEYS.with_suffix(".md").write_text(keys_card(sum(map(len, read.values())), figures), "utf-8")


def train_similar(tables: Path, lakes: Path | None) -> None:
    """Train on three in four of the lakes that nobody made, and calibrate and measure on the others."""
    folders = [] if lakes is None else sorted(path for path in lakes.iterdir() if (path / "tables").is_dir())
    if not folders:
        log("which tables are similar is learned from lakes that nobody made: give their folder by --lakes")
        return
    learned = [path for path in folders if not is_held_out(path.name)]
    held_out = [path for path in folders if is_held_out(path.name)]
    indexed = [indexed_partners(learned, OF_A_LEARNED_LAKE, draw) for draw in range(LEARNED_DRAWS)]
    indexed += [
        indexed_partners(held_out, OF_A_HELD_OUT_LAKE, draw) for draw in range(LEARNED_DRAWS, LEARNED_DRAWS + 2)
    ]
    blocks = fit_blocks([(vectors_of(one), places_of(one)) for one in indexed[:LEARNED_DRAWS]], SIMILARITY_LEARNING)
    compared = [compare_lake(searcher, pairs, blocks) for searcher, pairs in indexed]
    *of_learned, calibrated, measured = compared
    model = train_similarity(of_learned, [calibrated], blocks, SIMILARITY_LEARNING)
    queries = [len(one.labels) for one in compared]
    figures = {"first": float(first_among_similar(model, [measured]).mean())}
    log(json.dumps(figures))
    write_similarity_model(SIMILARITY, model, {"figures": json.dumps(figures)})
    card = similarity_card(asdict(SIMILARITY_LEARNING), model.blocks, queries, figures)
    SIMILARITY.with_suffix(".md").write_text(card, "utf-8")
    train_similar_rivals(indexed_partners(learned, OF_A_LAKE_WITH_RIVALS, RIVALS_DRAW), indexed[LEARNED_DRAWS:], model)


def train_similar_rivals(learned: IndexedPartners, held_out: Sequence[IndexedPartners], model: SimilarityModel) -> None:
    """Train on one lake, calibrate on another and measure on a third, each as they were compared by `model`."""
    labelled = [label_rivals(searcher, pairs, model) for searcher, pairs in (learned, *held_out)]
    of_learned, calibrated, measured = labelled
    rivals = train_rivals(of_learned, calibrated)
    figures = {"first": float(first_among_rivals(rivals, measured).mean())}
    log(json.dumps(figures))
    rivals.save(RIVALS, {"figures": json.dumps(figures)})
    queries = [len(one.labels) for one in labelled]
    RIVALS.with_suffix(".md").write_text(rivals_card(asdict(RIVALS_LEARNING), queries, figures), "utf-8")


def indexed_partners(folders: Sequence[Path], most: int, draw: int) -> IndexedPartners:
    """Make and index one lake of some tables of each of several."""
    rng = np.random.default_rng(SEED * 1_000 + draw)
    drawn: list[SourceData] = []
    for folder in folders:
        found = list(tables_of(folder / "tables", MOST_BYTES_OF_SPLIT))
        drawn += [found[place] for place in np.sort(rng.permutation(len(found))[:most]).tolist()]
    made = make_partner_lake(drawn, [], SEED * 1_000 + draw)
    folder = Path(mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made.write(folder / "lake")
    searcher = Lake.index(folder / "lake", folder / "index", Settings()).opened.searcher
    log(f"{len(made.tables)} tables, {len(made.pairs)} pairs of them were one")
    return searcher, [(one.first, one.second) for one in made.pairs]


def vectors_of(indexed: IndexedPartners) -> TableVectors:
    return TableVectors.of(indexed[0])


def places_of(indexed: IndexedPartners) -> np.ndarray:
    """Return the places of the tables that were one, (pairs, 2)."""
    places = {one: place for place, one in enumerate(indexed[0].directory.table_ids)}
    return np.array([[places[one] for one in pair] for pair in indexed[1]], np.int64)


def train_types(tables: Path, lakes: Path | None) -> None:
    """Train the matcher of semantic types on three in four of the lakes that nobody made; measure on the others."""
    folders = [] if lakes is None else sorted(path for path in lakes.iterdir() if (path / "tables").is_dir())
    if not folders:
        log("types are learned from lakes that nobody made: give their folder by --lakes")
        return
    read = [list(tables_of(folder / "tables", MOST_BYTES_OF_SPLIT)) for folder in folders]
    found: dict[bool, list[LabelledGraph]] = {True: [], False: []}
    for folder, (split, searcher) in zip(folders, split_lakes(read, SEED * 1_000, Settings()), strict=True):
        columns = ColumnSet.of(searcher.directory.table_ids, searcher)
        found[is_held_out(folder.name)].append(label_graph(split, columns))
    matcher = train_type_matcher(found[False], found[True])
    figures = measure_types(matcher, found[True])
    log(json.dumps(figures, indent=1))
    write_type_matcher(TYPES, matcher, {"figures": json.dumps(figures)})
    counts = {"learned": len(found[False]), "held out": len(found[True])}
    TYPES.with_suffix(".md").write_text(types_card(asdict(TYPES_LEARNING), counts, figures), "utf-8")


def is_held_out(lake: str) -> bool:
    """Whether a lake is not learned from, but calibrated on."""
    return int(hashlib.sha1(lake.encode()).hexdigest(), 16) % 4 == 0


def log(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    models = ("encoder", "static", "matcher", "paths", "cross", "calibration", "attributes", "references", "keys")
    parser.add_argument("--only", choices=(*models, "similarity", "types"))
    parser.add_argument("--lakes", type=Path, help="lakes that nobody made")
    parser.add_argument("--no-fetch", action="store_true", help="take the tables that were fetched before")
    given = parser.parse_args()
    tables = given.folder / "tables"
    if not given.no_fetch:
        fetch(tables)
    trained = {"encoder": train_encoder, "static": train_static, "matcher": train_the_matcher, "paths": train_paths}
    trained |= {"cross": train_cross, "calibration": partial(calibrate_answers, lakes=given.lakes)}
    trained |= {"attributes": partial(train_attributes, lakes=given.lakes)}
    trained |= {"references": partial(train_references, lakes=given.lakes)}
    trained |= {"keys": partial(train_keys, lakes=given.lakes)}
    trained |= {"types": partial(train_types, lakes=given.lakes)}
    trained |= {"similarity": partial(train_similar, lakes=given.lakes)}
    for model, train in trained.items():
        if given.only in (None, model):
            train(tables)


if __name__ == "__main__":
    main()
