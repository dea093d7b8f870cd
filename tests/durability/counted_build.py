"""A build that logs every text it is about to encode: `python counted_build.py LAKE INDEX VALUES`."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from counting_connector import log_work

from lakeindex import Lake, Settings
from lakeindex.config.model_options import ModelOptions
from lakeindex.encode import encoders
from lakeindex.protocols import Encoder

SECONDS_A_TEXT = 0.0005  # or else encoding is over before a kill comes


class CountedEncoder:
    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.fingerprint = encoder.fingerprint
        self.dimension = encoder.dimension

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        log_work("encode", len(texts))
        time.sleep(SECONDS_A_TEXT * len(texts))
        return self._encoder.encode(texts)


def main() -> None:
    make = encoders.make_encoder

    def make_counted(options: ModelOptions) -> CountedEncoder:
        return CountedEncoder(make(options))

    encoders.make_encoder = make_counted
    lake, index, values = sys.argv[1:]
    settings = Settings(model="hashing", jobs=2, memory="500MB", values=values, hash_key="a key for tests")
    Lake.index(lake, index, settings)


if __name__ == "__main__":
    main()
