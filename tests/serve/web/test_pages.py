"""What the pages of a lake show, asked of a real server."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import duckdb
import httpx
import pytest

from lakeindex import Lake
from lakeindex.serve.web.assets import bundle_bytes
from lakeindex.types.lake import ColumnId, TableId
from tests.serve.web.lakes import SETTINGS
from tests.serve.web.pages import links_in

VISITS = ColumnId(TableId("sales/visits.csv"), "country name")
COUNTRIES = ColumnId(TableId("geo/countries.csv"), "name")
COLUMN = {"table": VISITS.table, "column": VISITS.name}
PAIR = {
    "left_table": VISITS.table, "left_column": VISITS.name,
    "right_table": COUNTRIES.table, "right_column": COUNTRIES.name,
}  # fmt: skip


def words_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture(scope="module")
def lake(broken_index: Path) -> Lake:
    return Lake.open(broken_index, SETTINGS)


def test_the_first_page_lists_each_table_with_its_size(client: httpx.Client, lake: Lake) -> None:
    page = client.get("/").text
    for row in lake.tables().to_pylist():
        name = row["table"].rpartition("/")[2]
        assert f'<span class="name">{name}</span> <span class="size">{row["rows"]:,} × {row["columns"]}</span>' in page
    assert "<dt>tables</dt><dd>6</dd>" in page and "<dt>columns</dt><dd>15</dd>" in page


def test_a_search_finds_columns_and_tables_by_part_of_their_names(client: httpx.Client) -> None:
    links = links_in(client.get("/search", params={"q": "countr"}).text)
    found = [link for link in links if link.startswith(("/column", "/table"))]
    assert found == [
        "/column?table=sales%2Forders.csv&column=country",
        "/column?table=sales%2Fvisits.csv&column=country+name",
        "/table/geo/countries.csv",
    ]
    assert links_in(client.get("/suggest", params={"q": "countr"}).text) == found


def test_a_search_for_what_is_not_there_names_the_nearest(client: httpx.Client) -> None:
    page = client.get("/search", params={"q": "custmer_id"}).text
    assert "Nothing is called “custmer_id”" in page
    assert "/search?q=customer_id" in links_in(page)


def test_the_page_of_a_table_shows_each_profile(client: httpx.Client, lake: Lake) -> None:
    shown = words_of(client.get("/table/sales/orders.csv").text)
    assert "order_id key integer 40 – 1 to 40" in shown
    assert "customer_id integer 5 – 1 to 5" in shown
    values = lake.profile("sales/orders.csv", "country")["values"].to_pylist()[0]
    assert f"country text 6 – {' '.join(values)}" in shown and len(values) == 5


def test_a_column_shows_its_partners_as_a_query_finds_them(client: httpx.Client, lake: Lake) -> None:
    page = client.get("/column", params=COLUMN).text
    answer = lake.query(VISITS.table, VISITS.name, 20, probe=0)
    assert answer.matches[0].column == COUNTRIES
    places = [page.index(f"right_column={one.column.name.replace(' ', '+')}") for one in answer.matches[:2]]
    assert places == sorted(places)
    first = words_of(page[page.index('<li class="partner">') :].split("</li>\n", 1)[0])
    assert first.startswith(f"name geo/ countries.csv {answer.matches[0].score:.1%}")
    assert "estimated" in first
    assert page.count('<li class="partner">') == len(answer.matches) + len(answer.self_matches)


def test_each_partner_has_its_evidence_as_a_waterfall_that_ends_at_its_probability(client: httpx.Client) -> None:
    page = client.get("/column", params=COLUMN).text
    waterfall = page.split('<div class="waterfall">')[1].split("</ol>")[0]
    parts = [float(part.replace("−", "-")) for part in re.findall(r">([+−][\d.]+)%<", waterfall)]
    (whole,) = re.findall(r">([\d.]+)%</span>", waterfall)
    assert len(parts) > 1 and round(sum(parts), 1) == float(whole)
    assert waterfall.count('<svg class="bar"') == len(parts) + 1


def test_figures_are_counted_when_that_is_asked_for(client: httpx.Client, lake: Lake) -> None:
    page = client.get("/column", params=COLUMN | {"figures": "counted"}).text
    part = page.split('data-part="p1-figures">')[1].split("</div>")[0]
    assert words_of(part).startswith("100% meet, counted")


def test_the_page_of_a_join_shows_its_plan_and_rows(client: httpx.Client, lake: Lake) -> None:
    page = client.get("/join", params=PAIR).text
    plan = lake.join(*PAIR.values())
    assert plan.describe() in unescape(page)
    rows = plan.preview(20)
    shown = page.split("<tbody>")[2 if 'class="two"' in page else 1].split("</tbody>")[0]
    assert shown.count("<tr>") == rows.num_rows == 20
    assert words_of(shown.split("</tr>")[0]) == " ".join(str(column[0]) for column in rows.columns)
    assert "The first 20 rows" in page and f"{plan.promised.match_rate.expected:.1%}" in page


def test_the_statement_that_is_copied_gives_the_rows_of_the_join(client: httpx.Client, lake: Lake) -> None:
    for match in ("exact", "fuzzy"):
        page = client.get("/join", params=PAIR | {"match": match, "how": "left"}).text
        statement = unescape(page.split('<pre id="statement"')[1].split("<code>")[1].split("</code>")[0])
        expected = lake.join(*PAIR.values(), match=match, how="left").to_arrow()
        rows = duckdb.sql(statement).fetchall()
        assert sorted(rows) == sorted(tuple(row.values()) for row in expected.to_pylist())
        assert len(rows) == 40


def test_a_join_that_cannot_be_made_says_why_and_shows_the_evidence(client: httpx.Client) -> None:
    answer = client.get("/join", params=PAIR | {"match": "temporal"})
    assert answer.status_code == 200
    assert '<p class="problem" role="alert">' in answer.text and "in all" in answer.text


def test_what_broke_is_listed_with_what_is_left(client: httpx.Client) -> None:
    shown = words_of(client.get("/broken").text)
    assert "Generation 2" in shown and "4 joins broke" in shown
    assert "country sales/ orders.csv ⋈ code geo/ countries.csv 100% 0% values changed" in shown
    assert client.get("/broken", params={"since": 2}).text.count("<li>") == 0
    assert client.get("/broken", params={"since": 7}).status_code == 404


def test_the_map_has_the_lakes_tables_and_relationships(client: httpx.Client, lake: Lake) -> None:
    data = client.get("/map/data").json()
    assert [table[0] for table in data["tables"]] == sorted(row["table"] for row in lake.tables().to_pylist())
    assert len(data["links"]) == len(set(lake.relationships(0.1).to_arrow()["key"].to_pylist()))
    assert 'data-pages="yes"' in client.get("/map").text


def test_relationships_of_a_table_lead_to_their_joins(client: httpx.Client) -> None:
    shown = client.get("/references/sales/visits.csv").text
    assert "country name refers to geo/ countries.csv name" in words_of(shown)
    assert any(link.startswith("/join?left_table=sales%2Fvisits.csv") for link in links_in(shown))


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/table/geo/countrys.csv", 404, "the nearest: 'geo/countries.csv'"),
        ("/column?table=geo/countries.csv&column=cod", 404, "the nearest: 'code'"),
        ("/column?table=geo/countries.csv", 400, "the address lacks column"),
        ("/column?table=geo/countries.csv&column=code&k=0", 400, "a whole number from 1 to 200"),
        ("/column?table=geo/countries.csv&column=code&k=1e9", 400, "a whole number from 1 to 200"),
        ("/column?table=geo/countries.csv&column=code&figures=x", 400, "one of estimated, counted"),
        ("/join?left_table=a", 400, "the address lacks left_column"),
        ("/broken?since=-1", 400, "a whole number from 1 to"),
        ("/references/nothing.csv", 404, "the index has no table 'nothing.csv'"),
        ("/tables/<b>", 404, "there is no page '/tables/<b>'"),
    ],
)
def test_a_wrong_address_is_a_page_that_says_the_way_out(
    client: httpx.Client, address: str, status: int, says: str
) -> None:
    answer = client.get(address, headers={"accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert says in unescape(answer.text)
    assert 'role="search"' in answer.text and '<a href="/">' in answer.text


def test_a_program_is_told_nothing_in_html(client: httpx.Client) -> None:
    answer = client.get("/v1/nothing", headers={"accept": "application/json"})
    assert answer.status_code == 404 and "html" not in answer.headers["content-type"]


def test_every_page_says_how_long_it_took_and_what_it_may_do(client: httpx.Client) -> None:
    for address in ("/", "/search?q=code", "/table/nothing", "/map/data"):
        headers = client.get(address).headers
        assert re.fullmatch(r"answer;dur=\d+\.\d", headers["server-timing"])
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_the_colours_that_were_chosen_are_those_of_the_next_page(client: httpx.Client) -> None:
    for theme, is_set in (("dark", True), ("light", True), ('x"><script>', False), ("", False)):
        page = client.get("/verdicts", headers={"cookie": f"theme={theme}"}).text
        assert (f'<html lang="en" data-theme="{theme}">' in page) is is_set
        assert is_set or '<html lang="en">' in page


def test_files_are_kept_for_ever_at_an_address_of_their_content(client: httpx.Client) -> None:
    links = re.findall(r'"(/assets/[^"]*)"', client.get("/map").text)
    assert len(links) == 6
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
    old = client.get("/assets/000000000000/page.css")
    assert old.status_code == 200 and old.headers["cache-control"] == "no-cache"
    assert client.get("/assets/000000000000/secrets.css").status_code == 404


def test_all_files_together_are_small() -> None:
    assert bundle_bytes() <= 250_000
