"""Joins by a synthesised string program: columns that hold the same things written in two ways."""

from lakeindex.integrate.transform.find import find_transformation
from lakeindex.integrate.transform.program import Program
from lakeindex.integrate.transform.transformation import Transformation, meeting_of

__all__ = ["Program", "Transformation", "find_transformation", "meeting_of"]
