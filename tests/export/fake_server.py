"""A small HTTP server in a thread: what catalogs are tried against without being installed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import unquote

Answer = tuple[int, Any]


class Catalog(Protocol):
    """What answers requests."""

    def answer(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        """Return status and JSON."""
        ...


@contextmanager
def serving(catalog: Catalog) -> Iterator[str]:
    """Let a catalog answer at an address on this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits 40 ms for the one who asked

        def _handle(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            content = self.rfile.read(size)
            body = json.loads(content) if content else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, told = catalog.answer(self.command, unquote(self.path), body, headers)
            answer = b"" if told is None else json.dumps(told).encode()
            self.send_response(status)
            for name, value in getattr(catalog, "extra_headers", {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_PATCH = _handle  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Receiver:
    """Keeps what it gets."""

    status: int = 200
    seen: list[tuple[str, Any, dict[str, str]]] = field(default_factory=list)

    def answer(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        self.seen.append((path, body, headers))
        return self.status, None
