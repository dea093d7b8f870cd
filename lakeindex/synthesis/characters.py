"""The characters of many texts as one array of bytes, so that NumPy can change them all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Bytes, Integers

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts


@dataclass(frozen=True, slots=True, eq=False)
class Characters:
    """Texts as one array of UTF-8 bytes; only ASCII ones may be changed, inserted or removed."""

    data: Bytes
    sizes: Integers
    """(texts,) The number of bytes of each."""

    @classmethod
    def of(cls, texts: Texts) -> Characters:
        """Lay out texts without nulls as bytes."""
        offsets = np.frombuffer(memoryview(texts.buffers()[1] or b""), np.int64)[
            texts.offset : texts.offset + len(texts) + 1
        ]
        if not len(texts):
            return cls(np.zeros(0, np.uint8), np.zeros(0, np.int64))
        data = np.frombuffer(memoryview(texts.buffers()[2] or b""), np.uint8)[offsets[0] : offsets[-1]]
        return cls(data.copy(), np.diff(offsets))

    @property
    def starts(self) -> Integers:
        """Return where each text starts."""
        return np.cumsum(self.sizes) - self.sizes

    def repeated(self, times: Integers) -> Characters:
        """Repeat each byte: 0 times removes it, 2 doubles it."""
        ends = np.concatenate([[0], np.cumsum(times)])
        starts = self.starts
        return Characters(np.repeat(self.data, times), ends[starts + self.sizes] - ends[starts])

    def texts(self) -> Texts:
        """Convert the bytes back to texts."""
        offsets = np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.int64)
        buffers = pa.py_buffer(offsets.tobytes()), pa.py_buffer(self.data.tobytes())
        array: Any = pa.LargeStringArray.from_buffers(len(self.sizes), *buffers)
        texts: Texts = array
        return texts
