"""Claim: a server answers fifty callers at once while builds publish new generations, and drops nobody.

One caller asks alone, then fifty at once, each as soon as the answer before came; what is told to come again (429)
waits as long as it is told. All the while a build publishes a new generation every so many seconds. Counted are errors
but 429, and answers of a generation older than one that the same caller was answered from before.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx
import numpy as np
import record

from lakeindex.config.model_options import STATIC_MODEL
from lakeindex.config.settings import Settings
from lakeindex.demo.sample_lake import build_sample_lake
from lakeindex.lake import Lake

SEED = 1
CALLERS = 50
DROPPED = 0
"""Stands for the status of what was not answered at all: an error."""


class Counted:
    """What callers got."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []
        self.generations: set[int] = set()
        self.stepped_back = 0

    def figures(self) -> dict[str, float]:
        return {
            "answers": self.statuses[200],
            "told to come again": self.statuses[429],
            "errors": sum(number for status, number in self.statuses.items() if status not in (200, 429)),
            "generations": len(self.generations),
            "answers of an older generation": self.stepped_back,
            "median seconds": float(np.median(self.seconds)),
            "p95 seconds": float(np.quantile(self.seconds, 0.95)),
        }


async def ask(client: httpx.AsyncClient, addresses: list[str], until: float, counted: Counted, place: int) -> None:
    """Ask one question after the other until it is time."""
    newest = 0
    for address in itertools.cycle(addresses[place % len(addresses) :] + addresses[: place % len(addresses)]):
        if time.monotonic() >= until:
            return
        started = time.monotonic()
        try:
            answer = await client.get(address)
        except httpx.TransportError as error:
            counted.statuses[DROPPED] += 1
            print(f"no answer: {error!r}", file=sys.stderr)
            continue
        counted.statuses[answer.status_code] += 1
        if answer.status_code == 429:
            await asyncio.sleep(float(answer.headers["retry-after"]))
            continue
        counted.seconds.append(time.monotonic() - started)
        if answer.status_code == 200:
            number = answer.json()["generation"]
            counted.generations.add(number)
            counted.stepped_back += number < newest
            newest = max(newest, number)


async def load(base: str, token: str, addresses: list[str], callers: int, seconds: float) -> dict[str, float]:
    counted, until = Counted(), time.monotonic() + seconds
    limits = httpx.Limits(max_connections=callers)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=60, limits=limits) as client:
        await asyncio.gather(*(ask(client, addresses, until, counted, place) for place in range(callers)))
    return counted.figures()


async def publish(root: Path, index: Path, every: float, is_over: asyncio.Event) -> int:
    """Change a file and build again, every so many seconds, in processes of their own, as a nightly job would.

    Returns how many were published while it was not over. Raises RuntimeError for a build that fails.
    """
    published = 0
    environment = {**os.environ, "LAKEINDEX_MODEL": STATIC_MODEL, "LAKEINDEX_JOBS": "1"}
    for number in itertools.count():
        with suppress(TimeoutError):
            await asyncio.wait_for(is_over.wait(), every)
        if is_over.is_set():
            break
        (root / "changing.csv").write_text("code,number\n" + "".join(f"{i},{number}\n" for i in range(20)), "utf-8")
        command = [sys.executable, "-m", "lakeindex.serve.cli.main", "index", str(root), "--index", str(index)]
        process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=subprocess.PIPE)
        _, said = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"a build failed: {said.decode()[-1_000:]}")
        published += not is_over.is_set()
    return published


def questions_about(index: Path, most: int) -> list[str]:
    lake = Lake.open(index)
    directory = lake.opened.searcher.directory
    keys = np.random.default_rng(SEED).permutation(len(directory))[:most]
    asked = [directory.id_of(int(key)) for key in keys]
    lake.close()
    return [str(httpx.URL("/v1/query", params={"table": one.table, "column": one.name})) for one in asked]


async def measure(root: Path, index: Path, base: str, token: str, given: argparse.Namespace) -> dict[str, object]:
    addresses = questions_about(index, 400)
    await load(base, token, addresses, 1, 5)
    alone = await load(base, token, addresses, 1, given.seconds / 4)
    is_over = asyncio.Event()
    building = asyncio.create_task(publish(root, index, given.every, is_over))
    many = await load(base, token, addresses, CALLERS, given.seconds)
    is_over.set()
    published = await building
    ratio = many["p95 seconds"] / alone["p95 seconds"]
    return {"one": alone, "fifty": many, "published": published, "p95, fifty to one": ratio}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lake", type=Path, help="a folder of tables, which gets one more [default: the sample lake]")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--every", type=float, default=20.0, help="seconds between a build and the next")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root, index = given.lake or Path(name) / "lake", Path(name) / "index"
        if given.lake is None:
            build_sample_lake(root)
        Lake.index(root, index, Settings(model=STATIC_MODEL)).close()
        token = secrets.token_urlsafe(24)
        command = [sys.executable, "-m", "lakeindex.serve.cli.main", "serve", "--index", str(index), "--port", "0"]
        environment = {**os.environ, "LAKEINDEX_TOKEN": token}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
            assert server.stderr is not None
            try:
                found = re.search(r"http://[^/]+/", server.stderr.readline())
                assert found is not None
                figures = asyncio.run(measure(root, index, found[0], token, given))
            finally:
                server.terminate()
    print(figures)
    settings = {"lake": str(given.lake or "sample lake"), "seconds": given.seconds, "every": given.every}
    print(f"wrote {record.write('serve_load', SEED, settings, figures)}")


if __name__ == "__main__":
    main()
