"""The logical hash of an index: two builds of the same lake with the same settings have the same one."""

from __future__ import annotations

import hashlib
import json

from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.directory import Directory
from lakeindex.config.index_settings import SCAN
from lakeindex.store.manifest import Manifest

# That a file could not be seen is an outcome of the night, not content: it counts as what the index keeps of it, and
# a folder above, which can't be listed, doesn't count.
_FILES = """(
WITH kept AS (SELECT string_split(path, '/') AS steps FROM files WHERE status = 'unseen'),
places AS (SELECT steps, unnest(range(1, len(steps))) AS place FROM kept),
above AS (SELECT array_to_string(steps[:place], '/') AS path FROM places)
SELECT path, CASE status WHEN 'unseen' THEN 'indexed' ELSE status END AS status, content_hash
FROM files WHERE path NOT IN (SELECT path FROM above)
)"""


def logical_hash(catalog: Catalog, directory: Directory, planned: Manifest) -> str:
    """Hash the content of an index; nothing of it depends on the order of files, threads or machine."""
    digest = hashlib.blake2b(digest_size=16)
    settings = {name: value for name, value in planned.settings.items() if name != SCAN}
    digest.update(json.dumps([settings, planned.models], sort_keys=True).encode())
    digest.update(directory.text_hashes.tobytes())
    for table, fields, order in (
        (_FILES, "path, status, content_hash", "path"),
        ("tables", "table_id, file, connector, rows, rejected, scan", "table_id"),
        ("parts", "file, path, status, table_id, rows, rejected, keys", "file, path, table_id"),
        ("columns", "table_id, position, name, digest", "key"),
    ):
        for row in catalog.fetch(f"SELECT {fields} FROM {table} ORDER BY {order}").to_pylist():
            digest.update(json.dumps(list(row.values())).encode())
    return digest.hexdigest()
