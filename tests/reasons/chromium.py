"""A headless Chromium, driven through a pipe by its DevTools protocol: what a page looks like, asked of the browser."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe")
_GONE = "Inspected target navigated"
_SECONDS = 60.0
_KEY_CODES = {"Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9}


class Navigated(Exception):
    """The tab has gone to another page before it answered."""


class Browser:
    """One tab. Chromium reads commands from descriptor 3 and writes to 4, each message ended by a zero byte."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._number = 0
        self._rest = b""
        self.events: list[dict[str, Any]] = []
        """What the tab reported, in order."""

    def __enter__(self) -> Self:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()

        def place() -> None:
            # Duplicated above both first: one of the two may be 3 or 4 itself.
            low, high = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(low, 3)
            os.dup2(high, 4)

        command = [str(CHROMIUM), *_FLAGS, f"--user-data-dir={self._profile}", "about:blank"]
        self._process = subprocess.Popen(
            command, preexec_fn=place, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(theirs_in)
        os.close(theirs_out)
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.send(f"{domain}.enable", in_tab=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)

    def send(self, method: str, in_tab: bool = False, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if in_tab:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            received = self._receive()
            if received.get("id") == self._number:
                if _GONE in str(received.get("error")):
                    raise Navigated(method)
                assert "error" not in received, received
                result: dict[str, Any] = received["result"]
                return result
            self.events.append(received)

    def open(self, page: Path | str, width: int, scheme: str) -> None:
        """Open a page, a file or an address, in a window of some width, for people who prefer `dark` or `light`."""
        self.events.clear()
        self.send(
            "Emulation.setDeviceMetricsOverride", True, width=width, height=900, deviceScaleFactor=1, mobile=False
        )
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.send("Emulation.setEmulatedMedia", True, features=[feature])
        self.send("Page.navigate", True, url=page if isinstance(page, str) else page.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive())

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page, whatever its policy."""
        found = self.send("Runtime.evaluate", True, expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    @contextmanager
    def without_scripts(self) -> Iterator[None]:
        """Run no script of a page."""
        self.send("Emulation.setScriptExecutionDisabled", True, value=True)
        try:
            yield
        finally:
            self.send("Emulation.setScriptExecutionDisabled", True, value=False)

    def wait_for(self, expression: str) -> None:
        """Wait until a JavaScript expression is true, also in a page that is only about to be opened."""
        until = time.monotonic() + _SECONDS
        while True:
            with suppress(Navigated):
                found = self.send("Runtime.evaluate", True, expression=f"Boolean({expression})", returnByValue=True)
                if found["result"].get("value") is True:
                    return
            assert time.monotonic() < until, f"never so: {expression}"
            time.sleep(0.02)

    def press(self, key: str) -> None:
        """Press a key: a character, or one that has a name, as Enter."""
        code = _KEY_CODES.get(key, ord(key[0].upper()))
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        common = {"key": key, "windowsVirtualKeyCode": code}
        self.send("Input.dispatchKeyEvent", True, type="keyDown", text=text, **common)
        self.send("Input.dispatchKeyEvent", True, type="keyUp", **common)

    def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        self.send("Input.insertText", True, text=text)

    def click(self, selector: str) -> None:
        """Click in the middle of the first element of a CSS selector."""
        x, y = self.evaluate(
            f"(() => {{ const one = document.querySelector({json.dumps(selector)});"
            "one.scrollIntoView({block: 'center'}); const box = one.getClientRects()[0];"
            "return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", True, type=kind, x=x, y=y, button="left", clickCount=1)

    def picture(self, width: int, height: int) -> bytes:
        """Return the top of the page as PNG."""
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        taken = self.send("Page.captureScreenshot", True, clip=clip, captureBeyondViewport=True)
        return base64.b64decode(taken["data"])

    def reported(self, method: str) -> list[dict[str, Any]]:
        """Return the events of one kind since the page was opened."""
        return [event["params"] for event in self.events if event.get("method") == method]

    def _receive(self) -> dict[str, Any]:
        until = time.monotonic() + _SECONDS
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(until - time.monotonic(), 0))
            assert ready, "Chromium gives no answer"
            got = os.read(self._in, 1 << 20)
            assert got, "Chromium ended"
            self._rest += got
        message, self._rest = self._rest.split(b"\0", 1)
        received: dict[str, Any] = json.loads(message)
        return received
