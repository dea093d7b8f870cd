"""A small lake behind the whole server, asked in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from lakeindex import Lake, Settings
from lakeindex.serve.http.app import make_app
from lakeindex.serve.http.limits import Limits
from lakeindex.serve.http.principals import Principal
from lakeindex.serve.http.served_lake import ServedLake
from tests.small_lake import write_lake

ADMIN, GEOGRAPHER = "a-token-that-sees-all", "a-token-that-sees-geo"
PRINCIPALS = (Principal.of_token("admin", ADMIN, None), Principal.of_token("geographer", GEOGRAPHER, ["geo/*"]))
SETTINGS = Settings(model="hashing", jobs=1, memory="500MB")


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    Lake.index(write_lake(folder / "lake"), folder / "index", SETTINGS).close()
    return folder / "index"


@pytest.fixture(scope="session")
def served(small_index: Path) -> Iterator[ServedLake]:
    served = ServedLake(Settings(index=str(small_index)))
    yield served
    served.close()


@pytest.fixture(scope="session")
def client(served: ServedLake) -> httpx.Client:
    return client_of(served, ADMIN)


@pytest.fixture(scope="session")
def geographer(served: ServedLake) -> httpx.Client:
    return client_of(served, GEOGRAPHER)


def client_of(served: ServedLake, token: str = "", limits: Limits | None = None) -> httpx.Client:
    """Return who asks the server, with a token unless it is empty."""
    app = make_app(served, PRINCIPALS, limits or Limits())
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return TestClient(app, "http://localhost:8765", headers=headers, follow_redirects=False)
