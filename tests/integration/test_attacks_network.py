"""Hostile hosts: what strangers and platforms can make the tool's own client do."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from lti_tool.errors import (
    LaunchRejectedError,
    PlatformError,
    PlatformUnavailableError,
    UnansweredError,
)
from lti_tool.lti import connections, jwks_cache
from lti_tool.lti.connections import is_public_address
from lti_tool.lti.http import GuardedSession
from lti_tool.lti.jwks_cache import JWKSCache
from lti_tool.runtime import Runtime
from tests.conftest import FakeClock

BASE = "https://tool.example"
HEAD = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def a_host(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve one connection after another with `answer`; yield `127.0.0.1:port`."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    try:
                        connection.recv(65536)
                        answer(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(60)


@pytest.mark.parametrize(
    "begin",
    [
        HEAD + b"Content-Length: 100000\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n",
        HEAD + b"X-Endless: ",
    ],
    ids=["body", "chunk", "head"],
)
def test_an_answer_that_drips_ends(begin: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that each come in time do not hold a thread for longer than an answer may take."""
    monkeypatch.setattr(connections, "READ_SECONDS", 1)
    monkeypatch.setattr(connections, "ANSWER_SECONDS", 0.5)
    done = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(begin)
        for _ in range(100):
            if done.wait(0.1):
                return
            connection.sendall(b"x")

    with a_host(drip) as host:
        started = time.monotonic()
        with (
            GuardedSession(private_hosts=frozenset({host})) as session,
            pytest.raises(UnansweredError),
        ):
            session.exchange("GET", f"http://{host}/")
        done.set()

    assert time.monotonic() - started < 3


def test_the_body_of_a_redirect_is_not_read() -> None:
    """A redirect could bring a bomb along: a kilobyte here is a mebibyte unpacked, and so on."""
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    sent = []

    def redirect(connection: socket.socket) -> None:
        head = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Encoding: gzip\r\n"
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % (len(bomb) * 1000))
        for _ in range(1000):
            connection.sendall(bomb)
            sent.append(len(bomb))

    with (
        a_host(redirect) as host,
        GuardedSession(private_hosts=frozenset({host})) as session,
        pytest.raises(PlatformUnavailableError),
    ):
        session.exchange("GET", f"http://{host}/", follows_redirects=True)

    assert sum(sent) < 900 * len(bomb)


@pytest.mark.parametrize(
    "location", ["http://[", "https://[::1", "\x00", "https://\xff\xfe/", "https://a..b/", ":"]
)
def test_a_redirect_to_nonsense_is_an_error_of_the_platform(location: str) -> None:
    """No `Location` is a defect of ours."""

    def redirect(connection: socket.socket) -> None:
        head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode("latin-1"))

    with (
        a_host(redirect) as host,
        GuardedSession(private_hosts=frozenset({host})) as session,
        pytest.raises(PlatformError),
    ):
        session.exchange("GET", f"http://{host}/", follows_redirects=True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "url",
    [
        f"https://{'a' * 64}.example/",
        "https://a..b/",
        "https://xn--/",
        "https://[::1",
        "https://[v1.x]/",
        "https://x:99999/",
        "https://\x00/",
        "https://ex\u2028ample/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://user:secret@127.0.0.1/",
        f"{BASE}/s/\x00",
        f"{BASE}/s/",
        "https://tool.example:443@127.0.0.1/",
    ],
)
def test_no_address_is_a_defect(app: Flask, url: str) -> None:
    """Whatever a visitor of `/verify` names is fetched, or said not to be reachable."""
    answer = app.test_client().post("/verify", data={"url": url})

    assert answer.status_code in {200, 404, 422}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_strangers_do_not_call_private_hosts_through_us(app: Flask, runtime: Runtime) -> None:
    """A setting that lets us talk to a campus LMS does not let the world talk to it."""
    seen = []

    def answer(connection: socket.socket) -> None:
        seen.append(1)
        connection.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")

    with a_host(answer) as host:
        assert runtime.http.exchange("GET", f"http://{host}/").status == 200
        for url in (f"http://{host}/", f"https://{host}/"):
            assert app.test_client().post("/verify", data={"url": url}).status_code == 422

    assert len(seen) == 1


def test_private_addresses_are_not_even_connected_to() -> None:
    """Whether a port is open inside is nothing that we find out for others."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        port = listening.getsockname()[1]
        with GuardedSession() as session:
            for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"):
                with pytest.raises(PlatformError) as caught:
                    session.exchange("GET", f"https://{host}:{port}/")
                assert caught.value.code == "platform_address_refused", host
        with pytest.raises(TimeoutError):
            listening.accept()


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "fec0::1",
        "ff0e::1",
        "224.0.0.1",
    ],
)
def test_addresses_that_lead_inside_by_a_detour_are_not_public(address: str) -> None:
    """Translated, tunnelled, site-local and multicast addresses are no hosts of the Internet."""
    assert not is_public_address(address)


def test_translated_public_addresses_are_public() -> None:
    """In a network of IPv6 alone, NAT64 is how the rest of the Internet is reached."""
    assert is_public_address("64:ff9b::5db8:d70e")


def test_slow_hosts_keep_few_threads() -> None:
    """One request more than may be under way is refused at once instead of waiting too."""
    asked, done = threading.Event(), threading.Event()

    def wait(_: socket.socket) -> None:
        asked.set()
        done.wait(60)

    with a_host(wait) as host:
        session = GuardedSession(private_hosts=frozenset({host}), at_once=1)

        def call() -> None:
            with pytest.raises(PlatformError):
                session.exchange("GET", f"http://{host}/")

        first = threading.Thread(target=call)
        first.start()
        assert asked.wait(60)
        with pytest.raises(PlatformUnavailableError) as caught:
            session.exchange("GET", f"http://{host}/")
        done.set()
        first.join(60)

    assert caught.value.code == "busy"


def test_a_platform_without_an_answer_keeps_half_the_threads(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Launches beyond that are refused at once, so that other platforms' go on."""
    monkeypatch.setattr(jwks_cache, "MAXIMUM_WAITING", 3)
    fetching, done = threading.Event(), threading.Event()

    def fetch(_: str) -> bytes:
        fetching.set()
        done.wait(60)
        raise PlatformUnavailableError(code="platform_unreachable")

    cache = JWKSCache(fetch, clock)

    def launch() -> None:
        with pytest.raises(LaunchRejectedError):
            cache.find_key("https://slow.example/jwks", "kid")

    threads = [threading.Thread(target=launch) for _ in range(10)]
    for thread in threads:
        thread.start()
    assert fetching.wait(60)
    deadline = time.monotonic() + 60
    while sum(one.is_alive() for one in threads) > 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    waiting = sum(one.is_alive() for one in threads)
    done.set()
    for thread in threads:
        thread.join(60)

    assert waiting == 3
