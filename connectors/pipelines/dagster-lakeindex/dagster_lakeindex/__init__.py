"""lakeindex in Dagster: an index of a lake as an asset, and a check that its joins still hold."""

from dagster_lakeindex.broken_joins import broken_joins_check as broken_joins_check
from dagster_lakeindex.lake_index import lake_index_asset as lake_index_asset

__all__ = ["broken_joins_check", "lake_index_asset"]
