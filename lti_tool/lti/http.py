"""The one HTTP client for platforms: guarded, bounded, without redirects for what we send.

Addresses come from registrations and from signed claims, so a platform could
send us anywhere: only https to public addresses is spoken, unless a setting
names the host.
"""

import json
import sys
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NewConnectionError

from lti_tool.errors import PlatformError, PlatformUnavailableError, UnansweredError
from lti_tool.lti import connections
from lti_tool.lti.addresses import is_excepted
from lti_tool.lti.connections import Pool, PooledAdapter, PublicPool, SecurePool

ANSWER_MAXIMUM_BYTES: Final = 1024 * 1024
MAXIMUM_REDIRECTS: Final = 3
BUSY: Final = "busy"
"""The code of a request that was not sent: too many are under way."""

_CHUNK_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a platform answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110

    def json(self) -> object:
        """Return the body read as JSON, fractions as `Decimal`.

        Raises:
            PlatformUnavailableError: it is not JSON; `platform_not_json`. A front end's
                HTML page is the usual reason, and passes.
        """
        try:
            value: object = json.loads(self.body.decode(), parse_float=Decimal)
        # A number beyond what `Decimal` holds is an ArithmeticError.
        except (ValueError, ArithmeticError, RecursionError) as exc:
            raise PlatformUnavailableError(code="platform_not_json") from exc
        return value


class GuardedSession(requests.Session):
    """A `requests.Session` that goes only where the guard lets it.

    It keeps no cookies, reads neither `.netrc` nor proxies from the environment,
    and may be shared by threads.

    Args:
        private_hosts: Hosts (`name` or `name:port`) that may be reached by http and on
            private addresses.
        at_once: How many requests may be under way; one more is refused instead of
            waiting, so that whoever answers slowly does not keep every thread.
    """

    def __init__(
        self, *, private_hosts: frozenset[str] = frozenset(), at_once: int = sys.maxsize
    ) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # Some Moodle front ends answer 403 to requests without a User-Agent.
        self.headers["User-Agent"] = f"Quatrefoil/{version('quatrefoil')}"
        self._private_hosts = private_hosts
        self._free = threading.BoundedSemaphore(at_once)
        self._private = PooledAdapter(http=Pool, https=SecurePool)
        self._public = PooledAdapter(https=PublicPool)

    def get_adapter(self, url: str | bytes) -> HTTPAdapter:
        """Return the adapter for `url`; each hop of a redirect comes here.

        Raises:
            PlatformError: `platform_address_refused`.
        """
        if is_excepted(str(url), self._private_hosts):
            return self._private
        if urlsplit(str(url)).scheme != "https":
            raise PlatformError(code="platform_address_refused")
        return self._public

    def resolve_redirects(self, *_: object, **__: object) -> Generator[requests.Response]:
        """Look at no redirect: `requests` would read its whole body, asked to follow or not."""
        yield from ()

    def close(self) -> None:
        """Close every connection that is kept open."""
        self._private.close()
        self._public.close()
        super().close()

    @contextmanager
    def _turn(self) -> Generator[None]:
        if not self._free.acquire(blocking=False):
            raise PlatformUnavailableError(code=BUSY)
        try:
            yield
        finally:
            self._free.release()

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | Mapping[str, str] | None = None,
        follows_redirects: bool = False,
    ) -> Answer:
        """Send one request and return its whole answer, whatever its status.

        Args:
            method: The HTTP method.
            url: Where to; the guard looks at it, and at each hop.
            headers: Beyond those that every request carries.
            data: The body, or the fields of a form.
            follows_redirects: Only for requests that carry no secret.

        Raises:
            PlatformError: the guard refuses the address.
            PlatformUnavailableError: the request did not reach the platform; `BUSY` if too
                many are under way.
            UnansweredError: it may have, but no whole answer came back.
        """
        try:
            with self._turn():
                for _ in range(MAXIMUM_REDIRECTS + 1):
                    with self.request(
                        method,
                        url,
                        headers=headers,
                        data=data,
                        timeout=(connections.CONNECT_SECONDS, connections.READ_SECONDS),
                        allow_redirects=False,
                        stream=True,
                    ) as response:
                        if not (follows_redirects and response.is_redirect):
                            return _answer(response)
                    url = urljoin(url, response.headers["location"])
            raise PlatformUnavailableError(code="platform_unreachable")
        except requests.RequestException as exc:
            raise _translated(exc) from exc
        except (HTTPError, UnicodeError) as exc:
            # A host that no name server could be asked for.
            raise PlatformError(code="platform_address_refused") from exc
        except ValueError as exc:
            # A redirect to what is no address.
            raise PlatformUnavailableError(code="platform_unreachable") from exc


def _answer(response: requests.Response) -> Answer:
    return Answer(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=_read(response),
    )


def _read(response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK_BYTES):
        body += chunk
        if len(body) > ANSWER_MAXIMUM_BYTES:
            raise UnansweredError(code="platform_answer_endless")
    return bytes(body)


def _translated(exc: requests.RequestException) -> PlatformError:
    match exc:
        case requests.exceptions.InvalidURL() | requests.exceptions.MissingSchema():
            return PlatformError(code="platform_address_refused")
        case requests.exceptions.SSLError() | requests.ConnectTimeout():
            return PlatformUnavailableError(code="platform_unreachable")
        case requests.ConnectionError() if _never_connected(exc):
            return PlatformUnavailableError(code="platform_unreachable")
        case _:
            return UnansweredError()


def _never_connected(exc: requests.ConnectionError) -> bool:
    cause = exc.args[0] if exc.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)
