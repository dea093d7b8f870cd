"""Any cross-encoder of sentence-transformers, named by the user instead of those that are shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.config.model_options import Device, ModelOptions
from lakeindex.encode.column_tokenizer import UNIT_TOKENS, VALUES, tokenizer
from lakeindex.encode.model_folder import folder_identity, model_folder, read_json, require_plain_weights
from lakeindex.encode.precision import require_device
from lakeindex.encode.quiet_transformers import quiet_transformers
from lakeindex.errors import LakeIndexError
from lakeindex.types.column_tokens import END
from lakeindex.types.columns import CrossInput

_ADVICE = "name the folder of a cross-encoder, or use `late-interaction` or `transformer`, which come with lakeindex"
_SCORE_PAIRS = ("ForSequenceClassification", "ForCausalLM")


class SentenceCrossEncoder:
    """Scores two columns as texts. Raises LakeIndexError where the folder, or the name on the hub, is no such model."""

    def __init__(self, model: str, device: Device = Device.CPU, allow_download: bool = False) -> None:
        require_device(device)
        folder = _folder_of(model, allow_download)
        with quiet_transformers():
            from sentence_transformers import CrossEncoder

            try:
                self._model = CrossEncoder(
                    str(folder),
                    num_labels=1,
                    device=device.value,
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True},
                )
            except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
                raise LakeIndexError(f"{folder} holds no cross-encoder with one score ({error}); {_ADVICE}") from error
        self._fingerprint = f"named-{folder_identity(folder)}"

    @property
    def fingerprint(self) -> str:
        """Name the model."""
        return self._fingerprint

    def scores(self, queries: CrossInput, columns: CrossInput, left: Integers, right: Integers) -> Floats:
        """Return the model's score of each pair of places, (p,), before any activation."""
        from torch.nn import Identity

        if not len(left):
            return np.zeros(0)
        pairs = list(zip(_texts_at(queries, left), _texts_at(columns, right), strict=True))
        scores = self._model.predict(pairs, activation_fn=Identity(), show_progress_bar=False)
        return np.asarray(scores, np.float64).reshape(len(pairs))


def column_texts(columns: CrossInput) -> list[str]:
    """Return the text of each column: `title. name: value, value, ...`."""
    units = columns.column_tokens.padded(2 + VALUES, UNIT_TOKENS)
    texts = tokenizer().decode_batch(
        [[token for token in one if token != END] for one in units.reshape(-1, UNIT_TOKENS).tolist()]
    )
    each = [texts[start : start + 2 + VALUES] for start in range(0, len(texts), 2 + VALUES)]
    return [f"{title}. {name}: {', '.join(value for value in values if value)}" for name, title, *values in each]


def _texts_at(columns: CrossInput, places: Integers) -> list[str]:
    distinct, of = np.unique(places, return_inverse=True)
    texts = column_texts(columns.take(distinct))
    return [texts[place] for place in of.tolist()]


def _folder_of(model: str, allow_download: bool) -> Path:
    try:
        folder = model_folder(ModelOptions(model=model, allow_download=allow_download))
    except LakeIndexError as error:
        allowed = "" if allow_download else "allow the download, "
        raise LakeIndexError(f"there is no cross-encoder {model!r} on this machine; {allowed}{_ADVICE}") from error
    require_plain_weights(folder)
    # To a model without a head, sentence-transformers adds a random one.
    configuration = folder / "config.json"
    architectures = read_json(configuration).get("architectures") if configuration.is_file() else None
    architecture = str((architectures or ["no such file, or no architecture in it"])[0])
    if not architecture.endswith(_SCORE_PAIRS):
        raise LakeIndexError(f"{folder} holds no model that scores pairs (config.json: {architecture}); {_ADVICE}")
    return folder
