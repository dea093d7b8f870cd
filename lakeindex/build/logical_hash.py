"""The logical hash of an index: two builds of the same lake with the same settings have the same one."""

from __future__ import annotations

import hashlib
import json

from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.directory import Directory
from lakeindex.store.manifest import Manifest


def logical_hash(catalog: Catalog, directory: Directory, planned: Manifest) -> str:
    """Hash the content of an index; nothing of it depends on the order of files, threads or machine."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps([planned.settings, planned.models], sort_keys=True).encode())
    digest.update(directory.text_hashes.tobytes())
    for table, fields, order in (
        ("files", "path, status, content_hash", "path"),
        ("tables", "table_id, file, connector, rows, rejected, scan", "table_id"),
        ("columns", "table_id, position, name, digest", "key"),
    ):
        for row in catalog.fetch(f"SELECT {fields} FROM {table} ORDER BY {order}").to_pylist():
            digest.update(json.dumps(list(row.values())).encode())
    return digest.hexdigest()
