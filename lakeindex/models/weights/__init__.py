"""The trained models that come with lakeindex: each a safetensors file, with a model card beside it."""

from pathlib import Path

ENCODER = Path(__file__).with_name("encoder.safetensors")
"""Adapters of the default column encoder."""

STATIC = Path(__file__).with_name("static.safetensors")
"""A vector a token: the encoder `static`."""

CELLS = Path(__file__).with_name("cells.safetensors")
"""The trees of the cheap cross-encoder, which reads columns cell by cell."""

CROSS = Path(__file__).with_name("cross.safetensors")
"""Adapters and the head of the cross-encoder that is a transformer."""

MATCHER = Path(__file__).with_name("matcher.safetensors")
"""The trees and the calibration that make signals a probability."""

PATHS = Path(__file__).with_name("paths.safetensors")
"""What a path over a third column says of a join."""
