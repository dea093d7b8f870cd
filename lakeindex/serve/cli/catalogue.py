"""Every command: where it is, what it is for in a line, and examples of it. Read by `--help`, which imports no command.

The examples work as they are in a folder in which `lakeindex demo lake` and `lakeindex index lake` were run; the tests
run them there.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """A command of the catalogue."""

    place: str
    """The module in this package, and the command's name there."""
    summary: str
    """What it does, in less than 45 characters."""
    examples: tuple[str, ...]
    is_endless: bool = False
    """Whether it goes on until it is interrupted: its examples are shown, and not run."""


GROUPS: dict[str, dict[str, Entry]] = {
    "Build an index": {
        "demo": Entry("index:demo", "Write a sample lake to play with.", ("lakeindex demo lake",)),
        "index": Entry(
            "index:index",
            "Index the files of a lake.",
            ("lakeindex index lake", "lakeindex index lake --report report.json --strict"),
        ),
        "merge": Entry(
            "index:merge",
            "Make an index of what shards have read.",
            (
                "lakeindex index lake/us --shard 1/2 --staging shared",
                "lakeindex index lake/us --shard 2/2 --staging shared",
                "lakeindex merge shared --index merged",
            ),
        ),
    },
    "Ask": {
        "query": Entry(
            "query:query",
            "Find the columns that join with a column.",
            (
                "lakeindex query finance/currency_by_entity.csv entity -k 5",
                "lakeindex query --file lake/us/states.csv name --within 'us/*'",
            ),
        ),
        "explain": Entry(
            "explain:explain",
            "Show what speaks for and against a join.",
            ("lakeindex explain finance/currency_by_entity.csv entity geo/countries.csv name",),
        ),
        "tables": Entry("inspect:tables", "List the tables.", ("lakeindex tables --allow 'us/*'",)),
        "profile": Entry(
            "inspect:profile",
            "Show what a table's columns hold.",
            ("lakeindex profile us/states.csv", "lakeindex profile us/states.csv capital"),
        ),
        "read": Entry(
            "inspect:read",
            "Write a table as lakeindex reads it.",
            ("lakeindex read us/state_regions.csv -o csv",),
        ),
        "sql": Entry(
            "inspect:sql",
            "Run a SELECT on the lake.",
            (
                """lakeindex sql 'SELECT region, count(*) AS states FROM "us/state_regions.csv" """
                "GROUP BY region ORDER BY states DESC, region LIMIT 3'",
            ),
        ),
        "keys": Entry("keys:keys", "Show what tells a table's rows apart.", ("lakeindex keys us/states.csv",)),
        "relationships": Entry(
            "relationships:relationships",
            "Show which columns refer to which keys.",
            ("lakeindex relationships --min-probability .9", "lakeindex relationships -o mermaid"),
        ),
        "path": Entry(
            "path:path",
            "Find how two tables join through others.",
            ("lakeindex path us/counties.csv us/states.csv",),
        ),
        "union": Entry(
            "union:union",
            "Find tables to put below a table.",
            ("lakeindex union finance/banks/at.csv -k 3", "lakeindex union finance/banks/at.csv --align"),
        ),
        "similar": Entry(
            "similar:similar",
            "Find copies, parts, versions of a table.",
            ("lakeindex similar science/iris.csv -k 3",),
        ),
        "types": Entry("types:types", "Find what columns mean.", ("lakeindex types us/states.csv",)),
        "map": Entry("map:write_map", "Write the map of the lake as a page.", ("lakeindex map --out map.html",)),
    },
    "Join": {
        "join": Entry(
            "join:join",
            "Join two tables by two columns.",
            (
                "lakeindex join us/states.csv name us/state_regions.csv name",
                "lakeindex join us/states.csv name us/state_regions.csv name --out regions.parquet",
            ),
        ),
        "integrate": Entry(
            "integrate:integrate",
            "Make one table of many.",
            ("lakeindex integrate us/states.csv us/state_regions.csv --key name --out all.parquet",),
        ),
        "why": Entry(
            "why:why",
            "Show where an integrated cell came from.",
            (
                "lakeindex integrate us/states.csv us/state_regions.csv --key name --out both.parquet",
                "lakeindex why both.parquet.provenance.parquet 3 region",
            ),
        ),
        "link": Entry(
            "link:link",
            "Find rows that describe the same thing.",
            ("lakeindex link geo/tz/iso3166.tsv geo/i18n/pays.csv",),
        ),
        "dedupe": Entry("link:dedupe", "Find rows that a table has twice.", ("lakeindex dedupe us/holidays.csv",)),
        "enrich": Entry(
            "enrich:enrich",
            "Find joins that help to predict a column.",
            ("lakeindex enrich us/states.csv --target statehood_year",),
        ),
    },
    "Learn": {
        "accept": Entry(
            "feedback:accept",
            "Settle that two columns join.",
            ("lakeindex accept us/states.csv name us/state_regions.csv name",),
        ),
        "reject": Entry(
            "feedback:reject",
            "Settle that two columns don't join.",
            ("lakeindex reject us/states.csv fips geo/countries.csv numeric --note 'other codes'",),
        ),
        "feedback": Entry(
            "feedback:feedback",
            "List and move the verdicts on columns.",
            ("lakeindex feedback", "lakeindex feedback --export verdicts.csv"),
        ),
        "verdicts": Entry("link:verdicts", "List the verdicts on rows.", ("lakeindex verdicts",)),
        "evaluate": Entry(
            "query:evaluate",
            "Measure the answers by your own labels.",
            (
                "echo query_table,query_column > queries.csv",
                "echo us/states.csv,name >> queries.csv",
                "echo query_table,query_column,candidate_table,candidate_column,grade > qrels.csv",
                "echo us/states.csv,name,us/state_regions.csv,name,1 >> qrels.csv",
                "lakeindex evaluate --queries queries.csv --qrels qrels.csv",
            ),
        ),
        "train": Entry("train:train", "Tune the encoder to your own lake.", ("lakeindex train lake",)),
        "pairs": Entry("pairs:pairs", "Show what a matcher can learn from.", ("lakeindex pairs lake/us -n 3",)),
    },
    "Connect": {
        "serve": Entry(
            "serve:serve",
            "Serve a REST interface and pages.",
            ("lakeindex serve", "lakeindex serve --allow 'us/*' --port 9000"),
            True,
        ),
        "mcp": Entry(
            "mcp:mcp",
            "Serve the lake to an agent, as tools.",
            ("lakeindex mcp", "lakeindex mcp --allow 'us/*' --http"),
            True,
        ),
        "export": Entry(
            "export:export",
            "Give the lake to a catalog, dbt, dlt.",
            (
                "lakeindex export dbt --out films.yml --allow 'films/*'",
                "lakeindex export datahub --dry-run --platform s3 --dataset-prefix bucket/ --allow 'films/*'",
            ),
        ),
        "import": Entry(
            "import_catalog:import_catalog",
            "Keep what a catalog or dbt says of joins.",
            (
                """echo '{"nodes": {}}' > manifest.json""",
                "lakeindex import dbt --from manifest.json --dry-run",
            ),
        ),
    },
    "Keep": {
        "status": Entry("inspect:status", "Show what the index is made of.", ("lakeindex status -o json",)),
        "watch-joins": Entry(
            "watch_joins:watch_joins",
            "Show which joins broke since a build.",
            ("lakeindex watch-joins",),
        ),
        "verify": Entry("maintain:verify", "Check every file of the index.", ("lakeindex verify",)),
        "repair": Entry("keep:repair", "Rebuild what is damaged of the index.", ("lakeindex repair",)),
        "rollback": Entry("maintain:rollback", "Return to the generation before.", ("lakeindex rollback --to 1",)),
        "snapshot": Entry("keep:snapshot", "Write the index to one file.", ("lakeindex snapshot lake.tar",)),
        "restore": Entry(
            "keep:restore",
            "Make an index of a snapshot.",
            ("lakeindex snapshot index.tar", "lakeindex restore index.tar --index copy"),
        ),
        "forget": Entry("keep:forget", "Remove tables from the index.", ("lakeindex forget 'films/*'",)),
        "config": Entry("config:config", "Show the settings and their origins.", ("lakeindex config show --origin",)),
        "doctor": Entry("doctor:doctor", "Examine installation, machine and index.", ("lakeindex doctor",)),
    },
}
"""The commands, by what they are for."""

COMMANDS: dict[str, Entry] = {name: entry for group in GROUPS.values() for name, entry in group.items()}
