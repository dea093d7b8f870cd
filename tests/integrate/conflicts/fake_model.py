"""A local server that speaks like an OpenAI-compatible one, and answers as a function of the request says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Answer = Callable[[dict[str, Any]], "str | int | bytes"]
"""Eats the request's body; a number is a status, bytes a whole body, a text the model's answer."""


@dataclass
class FakeModel:
    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def fake_model(answer: Answer) -> Iterator[FakeModel]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.requests.append(body | {"path": self.path})
            model.headers.append(dict(self.headers))
            said = answer(body)
            if isinstance(said, int):
                self.send_response(said)
                self.send_header("Location", f"{model.url}/elsewhere")
                self.end_headers()
                return
            choice = {"choices": [{"message": {"role": "assistant", "content": said}}]} if isinstance(said, str) else {}
            with suppress(BrokenPipeError, ConnectionResetError):  # who asked may have left
                self.send_response(200)
                self.end_headers()
                self.wfile.write(said if isinstance(said, bytes) else json.dumps(choice).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model = FakeModel(f"http://127.0.0.1:{server.server_port}/v1")
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
