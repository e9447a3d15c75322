"""A web server on loopback that answers as a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body as a form, one value of each name."""
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def query(self) -> dict[str, list[str]]:
        """The query of its path."""
        return parse_qs(urlsplit(self.path).query)

    @property
    def json(self) -> object:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered; `raw` replaces the whole answer by these bytes."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw: bytes | None = None


Answering = Callable[[Seen], Reply]


@dataclass(slots=True, kw_only=True)
class Server:
    """The running server: where it is, what it saw, what it answers."""

    url: str
    host: str
    seen: list[Seen] = field(default_factory=list)
    answer: Answering = field(default=lambda _: Reply())

    def always(self, **reply: object) -> None:
        """Answer everything alike."""
        fixed = Reply(**reply)  # type: ignore[arg-type]  # the caller names fields
        self.answer = lambda _: fixed

    def paths(self) -> list[str]:
        """The paths that were asked for."""
        return [seen.path for seen in self.seen]


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server for the length of the block."""
    listening = _QuietServer(("127.0.0.1", 0), _Handler)
    host = f"127.0.0.1:{listening.server_address[1]}"
    server = Server(url=f"http://{host}", host=host)
    _Handler.servers[listening.server_address[1]] = server
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, *args: object) -> None:
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    servers: ClassVar[dict[int, Server]] = {}
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        server = self.servers[self.connection.getsockname()[1]]
        length = int(self.headers.get("Content-Length", "0"))
        seen = Seen(
            method=self.command,
            path=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        server.seen.append(seen)
        self._reply(server.answer(seen))

    def _reply(self, reply: Reply) -> None:
        self.close_connection = True
        if reply.raw is not None:
            self.wfile.write(reply.raw)
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = _handle  # noqa: N815 - the name that http.server looks for
    do_POST = _handle  # noqa: N815 - the name that http.server looks for

    def log_message(self, *args: object) -> None:
        """Say nothing."""
