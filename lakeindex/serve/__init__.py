"""Faces: how people and programs ask."""
