"""Places of tables on the map: each community by forces, and the communities around the largest."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Coordinates, Integers

_ROUNDS = 60
_MOST_BY_FORCES = 600
"""Tables of a community that push one another; of more, they lie on a spiral."""
_GOLDEN = np.pi * (3 - np.sqrt(5))
_APART = 1.6


def layout(labels: Integers, left: Integers, right: Integers) -> Coordinates:
    """Return the place of each node, (nodes, 2), given its community, (nodes,), and the edges, (edges,) each."""
    places = np.zeros((len(labels), 2))
    known, numbers, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    order = np.argsort(-sizes, kind="stable")
    centres = _centres(np.sqrt(sizes[order]))
    members = np.split(np.argsort(numbers, kind="stable"), np.cumsum(sizes)[:-1])
    inside = labels[left] == labels[right] if len(left) else np.zeros(0, bool)
    edges = _edges_of(numbers[left[inside]], len(known))
    lefts, rights = left[inside], right[inside]
    for rank, community in enumerate(order.tolist()):
        nodes, own = members[community], edges[community]
        local = np.searchsorted(nodes, lefts[own]), np.searchsorted(nodes, rights[own])
        places[nodes] = centres[rank] + _placed(len(nodes), *local)
    return places


def _edges_of(communities: Integers, count: int) -> list[Integers]:
    order = np.argsort(communities, kind="stable")
    return np.split(order, np.cumsum(np.bincount(communities, minlength=count))[:-1])


def _centres(radii: Coordinates) -> Coordinates:
    """Return the places of discs of some radii, the largest first, on a spiral with room for each."""
    area = np.cumsum((_APART * radii) ** 2)
    distance = np.sqrt(area - (_APART * radii) ** 2 / 2) * (np.arange(len(radii)) > 0)
    angles = _GOLDEN * np.arange(len(radii))
    return np.column_stack([distance * np.cos(angles), distance * np.sin(angles)])


def _placed(count: int, left: Integers, right: Integers) -> Coordinates:
    """Place the nodes of a community by forces (Fruchterman and Reingold, 1991), within a disc of its size."""
    spiral = _spiral(count)
    if count < 3 or count > _MOST_BY_FORCES:
        return spiral
    places, radius = spiral.copy(), np.sqrt(count)
    for step in np.linspace(0.1 * radius, 0.01, _ROUNDS):
        apart = places[:, None, :] - places[None, :, :]
        distance = np.maximum((apart**2).sum(axis=2), 1e-6)
        moves = (apart / distance[:, :, None]).sum(axis=1)
        pull = places[right] - places[left]
        pull *= np.sqrt((pull**2).sum(axis=1, keepdims=True))
        np.add.at(moves, left, pull)
        np.subtract.at(moves, right, pull)
        length = np.maximum(np.sqrt((moves**2).sum(axis=1, keepdims=True)), 1e-9)
        places += moves / length * np.minimum(length, step)
    places -= places.mean(axis=0)
    return np.asarray(places * radius / max(float(np.abs(places).max()), 1e-9))


def _spiral(count: int) -> Coordinates:
    distance = np.sqrt(np.arange(count))
    angles = _GOLDEN * np.arange(count)
    return np.column_stack([distance * np.cos(angles), distance * np.sin(angles)])
