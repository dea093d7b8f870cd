"""Joins by a synthesised string program: columns that hold the same things in two formats."""

from lakeindex.join.transform.find import find_transformation
from lakeindex.join.transform.program import Program
from lakeindex.join.transform.transformation import Transformation, condition_of

__all__ = ["Program", "Transformation", "condition_of", "find_transformation"]
