"""Worlds whose truth is known, and what sources of different accuracy, some of them copiers, claim of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.integrate.conflicts.claims import Claims, Resolved
from lakeindex.integrate.records import canonical_keys


@dataclass(frozen=True, slots=True)
class World:
    """What is made: sizes, and how sources err."""

    accuracies: tuple[float, ...]
    copiers: tuple[int, ...] = ()
    """For each copier the source that it copies."""
    entities: int = 200
    attributes: int = 3
    coverage: float = 0.8
    false_values: int = 10
    popularity: float = 0.0
    """How much more often some false values are claimed than others: the exponent of Zipf's law."""
    spread: float = 0.0
    """How much a source's accuracy differs between attributes, at most."""
    copy_rate: float = 0.9
    seed: int = 0


def make(world: World) -> tuple[Claims, Integers]:
    """Return the claims, and the true value of each entity and attribute, (entities, attributes)."""
    chance = np.random.default_rng(world.seed)
    shape = (world.entities, world.attributes)
    truth = np.zeros(shape, np.int64)
    said = [_said(world, accuracy, chance) for accuracy in world.accuracies]
    for original in world.copiers:
        own = _said(world, 0.7, chance)
        copies = chance.random(shape) < world.copy_rate
        said.append(np.where(copies, said[original], own))
    return _claims(np.stack(said)), truth


def _said(world: World, accuracy: float, chance: np.random.Generator) -> Integers:
    """Return what a source says: 0 is true, -1 nothing."""
    shape = (world.entities, world.attributes)
    of_attribute = np.clip(accuracy + world.spread * chance.uniform(-1, 1, world.attributes), 0.02, 0.99)
    weights = 1 / np.arange(1, world.false_values + 1) ** world.popularity
    false = chance.choice(world.false_values, shape, p=weights / weights.sum()) + 1
    said = np.where(chance.random(shape) < of_attribute, 0, false)
    return np.where(chance.random(shape) < world.coverage, said, -1)


def _claims(said: Integers) -> Claims:
    source, entity, attribute = np.nonzero(said >= 0)
    # The same number means another value in each cell, so that no value is told from another by its name.
    numbers = _names(said[source, entity, attribute], entity, attribute)
    texts = pa.array([f"value {number}" for number in numbers.tolist()], pa.large_string())
    return Claims(entity, attribute, source, np.arange(len(entity)), texts, canonical_keys(texts))


def _names(value: Integers, entity: Integers, attribute: Integers) -> Integers:
    """Return another number for each value of each cell, in no order."""
    mixed = (value * 7919 + entity * 104729 + attribute * 1299709).astype(np.uint64)
    for factor in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F):
        mixed = (mixed ^ (mixed >> np.uint64(31))) * np.uint64(factor)
    return (mixed >> np.uint64(12)).astype(np.int64)


def share_right(found: Resolved, truth: Integers) -> float:
    """Return the share of the cells with claims that are right."""
    return float(is_right(found, truth).mean())


def is_right(found: Resolved, truth: Integers) -> Floats:
    """Return for each cell whether it is right."""
    numbers = _names(truth[found.entity, found.attribute], found.entity, found.attribute)
    said = np.array([int(text.split()[1]) for text in found.value.to_pylist()])
    return (said == numbers).astype(np.float64)
