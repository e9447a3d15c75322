"""What the guarded client speaks over: connections that end in time and go where they may.

The very address that was checked is connected to; a name that resolves anew in
between changes nothing.
"""

import io
import ipaddress
import socket
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Final

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from lti_tool.errors import PlatformError, UnansweredError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CONNECT_SECONDS: Final = 5
READ_SECONDS: Final = 15
# Per answer, its head included, however slowly its bytes drip.
ANSWER_SECONDS: Final = 30
# Each one that does not answer costs `CONNECT_SECONDS`, and a name may have hundreds.
MAXIMUM_ADDRESSES: Final = 3

_GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class _TimedBytes(io.RawIOBase):
    """What arrives of one answer, head and body, for as long as a whole answer may take.

    A limit for each read alone never ends an answer of one byte every few seconds.
    """

    def __init__(self, opened: socket.socket) -> None:
        super().__init__()
        self._socket = opened
        self._bytes = opened.makefile("rb", buffering=0)
        self._ends_at = time.monotonic() + ANSWER_SECONDS

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        """Read what is there into `buffer`."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise UnansweredError(code="platform_answer_endless")
        self._socket.settimeout(min(left, READ_SECONDS))
        return self._bytes.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket, which may serve the next request."""
        self._bytes.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, debuglevel: int = 0, method: str | None = None) -> None:
        super().__init__(sock, debuglevel, method)
        self.fp.close()
        self.fp = io.BufferedReader(_TimedBytes(sock))


class _Connection(HTTPConnection):
    response_class = _TimedResponse


class _SecureConnection(HTTPSConnection):
    response_class = _TimedResponse


class _PublicConnection(_SecureConnection):
    """A connection to a public address; others of the same name are not even tried."""

    def _new_conn(self) -> socket.socket:
        failure: OSError | None = None
        for address in self._public_addresses():
            try:
                return create_connection(
                    (address, self.port), CONNECT_SECONDS, socket_options=self.socket_options
                )
            except OSError as exc:
                failure = exc
        raise NewConnectionError(self, "no address answers") from failure

    def _public_addresses(self) -> list[str]:
        name = self._dns_host.strip("[]")
        try:
            found = socket.getaddrinfo(name, self.port, type=socket.SOCK_STREAM)
        except socket.gaierror as exc:
            raise NameResolutionError(self.host, self, exc) from exc
        addresses = dict.fromkeys(str(one[4][0]) for one in found)
        public = [address for address in addresses if is_public_address(address)]
        if not public:
            raise PlatformError(code="platform_address_refused")
        return public[:MAXIMUM_ADDRESSES]


class Pool(HTTPConnectionPool):
    """Connections by http, to hosts that the operator names."""

    ConnectionCls = _Connection


class SecurePool(HTTPSConnectionPool):
    """Connections by https, to hosts that the operator names."""

    ConnectionCls = _SecureConnection


class PublicPool(HTTPSConnectionPool):
    """Connections by https to public addresses."""

    ConnectionCls = _PublicConnection


class PooledAdapter(HTTPAdapter):
    """Speaks the schemes that have a pool."""

    def __init__(self, **pools: type[HTTPConnectionPool]) -> None:
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = pools


def is_public_address(address: str) -> bool:
    """Whether the IP address is one that anybody on the Internet could reach."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip in _NAT64:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        elif ip not in _GLOBAL_UNICAST or ip.sixtofour is not None:
            return False
    return ip.is_global and not ip.is_multicast
