"""The trained models that are shipped with lakeindex: each a safetensors file, with a model card beside it."""

from pathlib import Path

ENCODER = Path(__file__).with_name("encoder.safetensors")
"""Adapters of the default column encoder."""

STATIC = Path(__file__).with_name("static.safetensors")
"""One vector per token: the encoder `static`."""

TOKENIZER = Path(__file__).with_name("tokenizer.json")
"""Cuts texts into the tokens of `STATIC` and of the late-interaction reranker: that of the base model."""

LATE_INTERACTION = Path(__file__).with_name("cells.safetensors")
"""The boosted trees of the reranker `late-interaction`, over MaxSim features of columns."""

CROSS_ENCODER = Path(__file__).with_name("cross.safetensors")
"""The adapters and the head of the cross-encoder; named `transformer` in settings."""

MATCHER = Path(__file__).with_name("matcher.safetensors")
"""The boosted trees and the calibration that turn signals into a probability."""

PATHS = Path(__file__).with_name("paths.safetensors")
"""The weights of message passing: the evidence for a join in paths over a third column."""

CALIBRATION = Path(__file__).with_name("calibration.json")
"""What the probabilities of a query's answers are calibrated by, after the last stage, and how that was measured."""

ATTRIBUTES = Path(__file__).with_name("attributes.safetensors")
"""The boosted trees that tell which columns of several tables are the same attribute."""

REFERENCES = Path(__file__).with_name("references.safetensors")
"""The boosted trees that tell which columns refer to which keys."""

KEYS = Path(__file__).with_name("keys.safetensors")
"""The boosted trees that tell which unique columns are a key."""

SIMILARITY = Path(__file__).with_name("similarity.safetensors")
"""The boosted trees that tell which tables are parts, copies or versions of one table."""

RIVALS = Path(__file__).with_name("rivals.safetensors")
"""The boosted trees that rank the tables most similar to a table against one another."""

TYPES = Path(__file__).with_name("types.safetensors")
"""The boosted trees that tell which columns are of one semantic type."""
