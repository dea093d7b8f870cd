"""Statements of strangers: such as only read, such as do more, and any number of combinations of both."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

READING = (
    "SELECT 1",
    "SELECT 1;",
    "VALUES (1), (2)",
    "FROM range(3)",
    "TABLE {table}",
    "FROM {table}",
    "SELECT count(*) FROM {table}",
    "SELECT * FROM {table} LIMIT 2",
    "SELECT * EXCLUDE (code) FROM {table}",
    "SELECT code, row_number() OVER (ORDER BY code) FROM {table}",
    "SELECT * FROM {table} a JOIN {table} b USING (code)",
    "SELECT * FROM {table} a, LATERAL (SELECT a.code || 'x') b",
    "SELECT * FROM {table} UNION ALL SELECT * FROM {table}",
    "SELECT * FROM {table} EXCEPT SELECT * FROM {table}",
    "WITH a AS (SELECT 1 AS x), b AS (FROM a) SELECT * FROM b",
    "WITH a AS MATERIALIZED (SELECT 1 AS x) FROM a",
    "WITH RECURSIVE a(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM a WHERE x < 5) FROM a",
    "SELECT (SELECT max(code) FROM {table})",
    "SELECT list_transform([1, 2], lambda x: x + 1)",
    "SELECT unnest([1, 2, 3])",
    "SELECT * FROM generate_series(1, 3)",
    "SELECT * FROM repeat('a', 3)",
    "SELECT * FROM read_csv('{file}')",
    "SELECT * FROM '{file}'",
    "SELECT size FROM read_text('{file}')",
    "SELECT * FROM glob('{folder}/*.csv')",
    "SELECT * FROM sniff_csv('{file}')",
    "SELECT * FROM (PIVOT {table} ON code IN ('FR') USING count(*))",
    "SELECT * FROM {table} TABLESAMPLE 50%",
    "SELECT * FROM json_each('[1, 2]')",
    "SELECT json_extract('{{\"a\": 1}}', '$.a')",
    "DESCRIBE {table}",
    "SUMMARIZE {table}",
    "SHOW TABLES",
    "SELECT * FROM information_schema.tables",
    "SELECT view_name FROM duckdb_views()",
    "SELECT regexp_replace('a', 'a', 'b'), strftime(DATE '2024-01-01', '%d')",
    "EXPLAIN SELECT * FROM {table}",
    "EXPLAIN ANALYZE SELECT * FROM {table}",
    "explain analyze from {table}",
    "EXPLAIN (FORMAT json) SELECT 1",
    "/* EXPLAIN */ -- COPY\n EXPLAIN /* a */ ANALYZE /* b */ SELECT 1",
    "-- a comment\nSELECT 1",
    "/* one /* in */ another */ EXPLAIN /* one /* in */ another */ ANALYZE SELECT 1",
    "EXPLAIN (FORMAT json, ANALYZE) (SELECT 1)",
    "EXPLAIN (SELECT 1)",
    "SELECT union_value(a := 1) AS x",
    "SELECT " + " || ".join(["'x'"] * 900) + " AS x",
    "SELECT 'COPY (SELECT 1) TO ''x.csv''' AS harmless",
    'SELECT 1 AS "COPY"',
)
"""Of a table `{table}` with a column `code`, its `{file}` and the `{folder}` of that."""

WRITING = (
    "COPY (SELECT 'gone' AS x) TO '{target}'",
    "COPY {table} TO '{target}'",
    "COPY (SELECT 1 AS x) TO '{target}' (FORMAT parquet)",
    "COPY (SELECT 1 AS x, 2 AS y) TO '{target}' (FORMAT csv, PARTITION_BY (x), OVERWRITE_OR_IGNORE)",
    "COPY (SELECT 1 AS x) TO '{target}' (FORMAT csv, PER_THREAD_OUTPUT)",
    "COPY (SELECT 1 AS x) TO '{target}' (USE_TMP_FILE false)",
    "COPY FROM DATABASE memory TO memory",
    "EXPORT DATABASE '{target}'",
    "EXPORT DATABASE '{target}' (FORMAT parquet)",
    "IMPORT DATABASE '{folder}'",
    "ATTACH '{target}' AS other",
    "ATTACH '{target}.duckdb'",
    "DETACH memory",
    "CREATE TABLE t AS SELECT 1",
    "CREATE TEMP TABLE t AS SELECT * FROM range(1000)",
    "CREATE VIEW v AS SELECT 1",
    "CREATE OR REPLACE VIEW {table} AS SELECT 1",
    "CREATE MACRO f(x) AS x + 1",
    "CREATE SCHEMA s",
    "CREATE SEQUENCE s",
    "CREATE TYPE mood AS ENUM ('a')",
    "CREATE SECRET (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "CREATE PERSISTENT SECRET s (TYPE s3)",
    "DROP VIEW {table}",
    "DROP TABLE IF EXISTS t",
    "ALTER VIEW {table} RENAME TO other",
    "INSERT INTO {table} VALUES (1)",
    "UPDATE {table} SET code = 'x'",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "MERGE INTO {table} USING {table} ON true WHEN MATCHED THEN DELETE",
    "INSTALL httpfs",
    "FORCE INSTALL httpfs FROM '{folder}'",
    "LOAD '{target}'",
    "SET memory_limit = '100GB'",
    "SET enable_external_access = true",
    "SET GLOBAL allowed_directories = ['/']",
    "SET temp_directory = '{target}'",
    "RESET lock_configuration",
    "SET VARIABLE a = 1",
    "PRAGMA enable_profiling",
    "PRAGMA profiling_output = '{target}'",
    "PRAGMA disable_verification",
    "CALL enable_logging(storage = 'file', storage_path = '{target}')",
    "CALL pragma_version()",
    "CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "BEGIN TRANSACTION",
    "COMMIT",
    "USE memory",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "DEALLOCATE p",
    "COMMENT ON VIEW {table} IS 'x'",
    "SELECT 1; COPY (SELECT 1) TO '{target}'",
    "EXPLAIN /* /* */ ANALYZE SELECT 1 -- */ ANALYZE COPY (SELECT 1) TO '{target}'",
    "EXPLAIN /* /* */ ANALYZE SELECT 1 -- */ ANALYZE CREATE OR REPLACE VIEW {table} AS SELECT 1",
    "EXPLAIN (ANALYZE /*) SELECT 1 -- */) CREATE TABLE t AS SELECT 1",
    "SELECT 1; SELECT 2",
    "",
    ";",
    "-- nothing",
    "WITH a AS (COPY (SELECT 1 AS x) TO '{target}') SELECT 1",
    "WITH a AS (COPY {table} TO '{target}') FROM a",
    "WITH a AS (SELECT 1), b AS (COPY (FROM a) TO '{target}') FROM a",
    "WITH a AS (INSERT INTO {table} VALUES (1) RETURNING *) SELECT * FROM a",
    "WITH a AS (DELETE FROM {table} RETURNING *) SELECT * FROM a",
    "WITH a AS (UPDATE {table} SET code = 'x' RETURNING *) SELECT * FROM a",
    "SELECT * FROM (WITH a AS (COPY (SELECT 1) TO '{target}') SELECT 1)",
    "SELECT (WITH a AS (COPY (SELECT 1) TO '{target}') SELECT 1)",
    "SELECT 1 UNION ALL (WITH a AS (COPY (SELECT 1) TO '{target}') SELECT 1)",
    "SELECT * FROM query('COPY (SELECT 1) TO ''{target}''')",
    "SELECT * FROM query('WITH a AS (COPY (SELECT 1) TO ''{target}'') SELECT 1')",
    "FROM json_execute_serialized_sql(json_serialize_sql('WITH a AS (COPY (SELECT 1) TO ''{target}'') FROM a'))",
    "SELECT * FROM enable_logging(storage = 'file', storage_path = '{target}')",
    "SELECT * FROM system.main.enable_logging(storage = 'file', storage_path = '{target}')",
    "SELECT * FROM enable_profiling(save_location = '{target}')",
    "SELECT * FROM checkpoint()",
    "SELECT * FROM force_checkpoint()",
    "SELECT * FROM truncate_duckdb_logs()",
    "SELECT * FROM arrow_scan(1, 2, 3)",
    "SELECT * FROM pandas_scan(1)",
    "SELECT * FROM python_arrow_scan(1)",
    "SELECT write_log('x')",
    "SELECT sleep_ms(100000)",
)
"""Statements that do more than reading; `{target}` is a path, which may be that of a file of the lake."""

REACHING = (
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM glob('{folder}/../*')",
    "SELECT * FROM read_text('{folder}/../outside.csv')",
    "SELECT * FROM read_csv('{outside}')",
    "SELECT * FROM '{outside}'",
    "SELECT * FROM sniff_csv('{outside}')",
    "SELECT * FROM read_parquet('{outside}')",
    "SELECT * FROM parquet_metadata('{outside}')",
    "SELECT * FROM read_json('{outside}')",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "SELECT * FROM 's3://bucket/x.parquet'",
    "SELECT * FROM read_duckdb('{outside}')",
    "SELECT getenv('HOME')",
)
"""Statements that would read what is `{outside}` of the lake."""

_EXPRESSIONS = (
    "1", "code", "*", "count(*)", "'a' || code", "code IS NULL", "CASE WHEN code = 'FR' THEN 1 END", "[code]",
    "{{'a': code}}", "length(code) % 3", "hash(code)", "CAST(code AS VARCHAR)", "(SELECT 1)", "random()", "NULL",
)  # fmt: skip
_SOURCES = (
    "{table}", "range(5) r(code)", "(SELECT 'x' AS code)", "(VALUES ('a')) v(code)", "'{file}'", "'{outside}'",
    "read_csv('{file}')", "read_csv('{outside}')", "glob('{outside}*') g(code)", "query('SELECT 1 AS code')",
    "read_text('{outside}')", "(WITH w AS ({writing}) SELECT 'x' AS code)", "duckdb_settings() s(code)",
    "enable_logging(storage_path = '{target}') l(code)",
)  # fmt: skip
_ENDS = (
    "", " LIMIT 3", " ORDER BY 1", " WHERE code <> 'x'", " GROUP BY ALL", " QUALIFY true", " UNION ALL SELECT 1", ";",
    " -- end", "; {writing}", " OFFSET 1", " USING SAMPLE 2",
)  # fmt: skip
_BEGINS = (
    "", "EXPLAIN ", "EXPLAIN ANALYZE ", "explain analyze ", "EXPLAIN (ANALYZE, FORMAT json) ", "/* x */ ", "-- x\n",
    "WITH a AS (SELECT 1) ", "WITH a AS ({writing}) ", "WITH RECURSIVE a AS ({writing}) ", "DESCRIBE ", "SUMMARIZE ",
    "PREPARE p AS ", "CREATE TABLE t AS ", "COPY (", "CALL ", "(", "\ufeff", "\x00", "EXPLAIN EXPLAIN ",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Places:
    """What the names in braces stand for."""

    table: str
    """Quoted."""
    file: Path
    target: Path
    outside: Path

    def fill(self, statement: str, writing: str = "") -> str:
        """Put them into a statement."""
        for name, value in (
            ("{writing}", writing), ("{table}", self.table), ("{file}", self.file), ("{folder}", self.file.parent),
            ("{target}", self.target), ("{outside}", self.outside), ("{{", "{"), ("}}", "}"),
        ):  # fmt: skip
            statement = statement.replace(name, str(value))
        return statement


def generated(places: Places, count: int, seed: int) -> Iterator[str]:
    """Yield so many statements: begins, expressions, sources and ends, put together at random, some of them mangled."""
    chance = random.Random(seed)
    for _ in range(count):
        writing = chance.choice(WRITING)
        kind = chance.random()
        if kind < 0.2:
            statement = chance.choice(_BEGINS) + writing
        elif kind < 0.3:
            statement = chance.choice(_BEGINS) + chance.choice(READING + REACHING)
        else:
            selected = ", ".join(chance.choices(_EXPRESSIONS, k=chance.randint(1, 3)))
            source = chance.choice(_SOURCES)
            statement = f"{chance.choice(_BEGINS)}SELECT {selected} FROM {source}{chance.choice(_ENDS)}"
        statement = places.fill(statement, writing)
        if chance.random() < 0.1 and statement:
            place = chance.randrange(len(statement))
            statement = statement[:place] + chance.choice("();'\"\x00\\$ ") + statement[place + 1 :]
        yield statement
