"""GeoJSON features as rows: their properties are the columns."""

from __future__ import annotations

JsonObject = dict[str, object]

_OWN = ("type", "properties")


def as_row(value: JsonObject) -> JsonObject:
    """Return the properties of a GeoJSON feature beside its `id`, `geometry` and the like; any other object as it is.

    What a feature has beside its properties is called `feature.id` where a property has that name.
    """
    properties = value.get("properties")
    if (
        value.get("type") != "Feature"
        or "geometry" not in value
        or not (properties is None or isinstance(properties, dict))
    ):
        return value
    row: JsonObject = dict(properties or {})
    for key, cell in value.items():
        if key not in _OWN:
            row[key if key not in row else f"feature.{key}"] = cell
    return row
