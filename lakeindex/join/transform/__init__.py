"""Joins by a synthesised string program: columns that hold the same things written in two ways."""

from lakeindex.join.transform.find import find_transformation
from lakeindex.join.transform.program import Program
from lakeindex.join.transform.transformation import Transformation, meeting_of

__all__ = ["Program", "Transformation", "find_transformation", "meeting_of"]
