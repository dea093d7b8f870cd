"""A data lake's index as a Dagster asset, and a check that no join of the lake broke."""

from dagster_lakeindex.index_asset import lake_index_asset as lake_index_asset
from dagster_lakeindex.join_check import broken_joins_check as broken_joins_check
