import socket
import threading
from decimal import Decimal

import pytest

from lti_tool.errors import PlatformError, PlatformUnavailableError, UnansweredError
from lti_tool.lti import connections, http
from lti_tool.lti.connections import is_public_address
from lti_tool.lti.http import Answer, GuardedSession
from lti_tool.lti.jwks_cache import fetch_with
from tests.unit.lti_tool.lti.factories import a_jwks
from tests.unit.lti_tool.lti.server import Reply, Seen, Server


def code_of(session: GuardedSession, url: str, method: str = "GET") -> str:
    """The code with which a call fails."""
    with pytest.raises(PlatformError) as caught:
        session.exchange(method, url)
    return caught.value.code


def test_an_answer_arrives_whole(server: Server, session: GuardedSession) -> None:
    """Status, headers in lower case, body."""
    server.always(status=418, headers={"X-Kind": "Pot"}, body=b"tea")

    answer = session.exchange("POST", f"{server.url}/pot?x=1", data=b"water")

    assert (answer.status, answer.headers["x-kind"], answer.body) == (418, "Pot", b"tea")
    assert not answer.is_success
    assert server.seen[0].body == b"water"
    assert server.seen[0].path == "/pot?x=1"
    assert server.seen[0].headers["user-agent"].startswith("Quatrefoil/")


def test_a_form_is_sent_as_one(server: Server, session: GuardedSession) -> None:
    """Fields are encoded and announced."""
    session.exchange("POST", server.url, data={"a": "ü &"})

    assert server.seen[0].form == {"a": "ü &"}
    assert server.seen[0].headers["content-type"] == "application/x-www-form-urlencoded"


def test_what_is_sent_is_not_sent_on(server: Server, session: GuardedSession) -> None:
    """A redirect of a POST is an answer: its body would go to who knows whom."""
    server.always(status=302, headers={"Location": f"{server.url}/elsewhere"})

    assert session.exchange("POST", server.url, data=b"x").status == 302
    assert session.exchange("GET", server.url).status == 302
    assert len(server.seen) == 2


def test_a_jwks_url_may_redirect(server: Server, session: GuardedSession) -> None:
    """Platforms move their keys; the request for them holds no secret."""
    moved = Reply(status=301, headers={"Location": f"{server.url}/new"})
    server.answer = lambda seen: Reply(body=a_jwks()) if seen.path == "/new" else moved

    assert fetch_with(session)(server.url) == a_jwks()


def test_an_error_is_no_jwks(server: Server, session: GuardedSession) -> None:
    """A JSON error body with status 500 does not become keys."""
    server.always(status=500, body=b'{"keys": []}')

    with pytest.raises(PlatformUnavailableError):
        fetch_with(session)(server.url)


def test_redirects_end(server: Server, session: GuardedSession) -> None:
    """A loop is given up after three hops."""
    server.always(status=302, headers={"Location": server.url})

    with pytest.raises(PlatformUnavailableError):
        session.exchange("GET", server.url, follows_redirects=True)

    assert len(server.seen) == 4


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:1/", "http://example.com/", "file:///etc/passwd"]
)
def test_each_hop_is_guarded(server: Server, session: GuardedSession, target: str) -> None:
    """An allowed host cannot send us on to one that is not."""
    server.always(status=302, headers={"Location": target})

    with pytest.raises(PlatformError) as caught:
        session.exchange("GET", server.url, follows_redirects=True)

    assert caught.value.code == "platform_address_refused"
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "http://localhost/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "example.com",
        "",
        "https://",
        "https://[::1",
        "https://exa mple.com/",
    ],
)
def test_only_https_is_spoken(session: GuardedSession, url: str) -> None:
    """Plain http, other schemes and what is no URL are refused before anything is opened."""
    assert code_of(session, url) == "platform_address_refused"


def test_private_addresses_are_refused_before_a_byte_is_sent(server: Server) -> None:
    """A name that leads to our own network is found out on the open socket."""
    port = server.url.rpartition(":")[2]

    with GuardedSession() as session:
        assert code_of(session, f"https://127.0.0.1:{port}/") == "platform_address_refused"
        assert code_of(session, f"https://localhost:{port}/") == "platform_address_refused"

    assert not server.seen


def test_a_public_address_is_spoken_to(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the guard lets through goes on to TLS; loopback stands in for the Internet here."""
    monkeypatch.setattr(connections, "is_public_address", lambda _: True)

    with GuardedSession() as session:
        assert code_of(session, f"https://{server.host}/") == "platform_unreachable"


def test_a_host_may_be_allowed_by_name_or_with_its_port(server: Server) -> None:
    """Campus LMSs and the demo live on private addresses."""
    with GuardedSession(private_hosts=frozenset({"127.0.0.1"})) as session:
        assert session.exchange("GET", server.url).status == 200
    with GuardedSession(private_hosts=frozenset({"127.0.0.1:1"})) as session:
        assert code_of(session, server.url) == "platform_address_refused"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to refuse
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.215.14", True),
    ],
)
def test_public_is_what_anybody_could_reach(address: str, *, expected: bool) -> None:
    """Loopback, private, link-local and carrier addresses are not."""
    assert is_public_address(address) is expected


def test_nobody_listening_is_unreachable() -> None:
    """A refused connection carried nothing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
        with GuardedSession(private_hosts=frozenset({host})) as session:
            assert code_of(session, f"http://{host}/") == "platform_unreachable"


def test_plain_http_behind_https_is_unreachable(server: Server) -> None:
    """A failed TLS handshake carried nothing."""
    with GuardedSession(private_hosts=frozenset({server.host})) as session:
        assert code_of(session, f"https://{server.host}/", "POST") == "platform_unreachable"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    ],
)
def test_a_broken_answer_is_no_answer(server: Server, session: GuardedSession, raw: bytes) -> None:
    """The request may have been taken: that is another failure than an unreachable host."""
    server.always(raw=raw)

    assert code_of(session, server.url, "POST") == "platform_unanswered"


def test_a_silent_platform_is_given_up(
    server: Server, session: GuardedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits longer than the read limit."""
    monkeypatch.setattr(connections, "READ_SECONDS", 0.1)
    release = threading.Event()

    def wait(_: Seen) -> Reply:
        release.wait(10)
        return Reply()

    server.answer = wait

    with pytest.raises(UnansweredError):
        session.exchange("POST", server.url, data=b"x")

    release.set()


def test_an_endless_answer_is_cut(server: Server, session: GuardedSession) -> None:
    """A mebibyte is far more than any answer that we want."""
    server.always(body=b"x" * (http.ANSWER_MAXIMUM_BYTES + 1))

    assert code_of(session, server.url) == "platform_answer_endless"


def test_a_dripping_answer_is_cut(
    server: Server, session: GuardedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte may come in time, and the whole still never end."""
    monkeypatch.setattr(connections, "ANSWER_SECONDS", 0)
    server.always(body=b"x")

    assert code_of(session, server.url) == "platform_answer_endless"


def test_no_cookie_is_kept(server: Server, session: GuardedSession) -> None:
    """One platform's session must not follow us to the next call."""
    server.always(headers={"Set-Cookie": "MoodleSession=1; Path=/"})

    session.exchange("GET", server.url)
    session.exchange("GET", server.url)

    assert "cookie" not in server.seen[1].headers


@pytest.fixture
def netrc(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put credentials and a proxy into the environment."""
    path = tmp_path_factory.mktemp("home") / "netrc"
    path.write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(path))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")


@pytest.mark.usefixtures("netrc")
def test_the_environment_adds_nothing(server: Server, session: GuardedSession) -> None:
    """Neither `.netrc` nor a proxy variable changes what is sent where."""
    session.exchange("GET", server.url)

    assert "authorization" not in server.seen[0].headers


def test_json_keeps_fractions_exact() -> None:
    """Points are decimals."""
    assert Answer(status=200, headers={}, body=b'{"a": 0.1}').json() == {"a": Decimal("0.1")}


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"\xff", b"{", b"[" * 100_000, b"1e9999999999999999999"]
)
def test_what_is_not_json_is_said_to_be_so(body: bytes) -> None:
    """A front end's page in place of JSON usually passes."""
    with pytest.raises(PlatformUnavailableError) as caught:
        Answer(status=200, headers={}, body=body).json()

    assert caught.value.code == "platform_not_json"
