"""A static host that knows no tool: files, an index for a folder, and what `_headers` says."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit


class StaticHost(SimpleHTTPRequestHandler):
    """Serves one folder; whatever `Accept` says, a path is one file."""

    def __init__(self, *args: object, rules: Mapping[str, Mapping[str, str]], **names: str) -> None:
        self.rules = rules
        super().__init__(*args, **names)  # type: ignore[arg-type]  # as the server calls it

    def end_headers(self) -> None:
        """Add the headers of every rule that fits."""
        path = urlsplit(self.path).path
        for pattern, headers in self.rules.items():
            if re.fullmatch(pattern, path):
                for name, value in headers.items():
                    if name != "Content-Type":
                        self.send_header(name, value)
        super().end_headers()

    def guess_type(self, path: object) -> str:
        """Return the type that a rule gives, or what the ending says."""
        asked = urlsplit(self.path).path
        given = [
            headers["Content-Type"]
            for pattern, headers in self.rules.items()
            if re.fullmatch(pattern, asked) and "Content-Type" in headers
        ]
        return given[0] if given else super().guess_type(str(path))

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def read_rules(text: str) -> dict[str, dict[str, str]]:
    """What a `_headers` file says, by patterns of paths."""
    rules: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("/"):
            pattern = re.sub(r":\w+", "[^/]+", line.strip()).replace("*", ".*")
            current = rules.setdefault(pattern, {})
        elif line.startswith(" "):
            name, _, value = line.strip().partition(": ")
            current[name] = value
    return rules


@contextmanager
def hosting(folder: Path, port: int) -> Iterator[None]:
    """Serve a folder on a port of this machine, as its `_headers` file says."""
    rules = read_rules((folder / "_headers").read_text("utf-8"))
    handler = partial(StaticHost, rules=rules, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
