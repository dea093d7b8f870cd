"""A small lake of real tables to try lakeindex on."""

from lakeindex.demo.sample_lake import build_sample_lake

__all__ = ["build_sample_lake"]
