"""Settings: the environment read once into one frozen value.

Every variable starts with `QUATREFOIL_`; docs/deploying.md says what each is
for, and a test holds the two together. No secret has a default.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from keys.errors import KeysError
from keys.sealing import MasterKey
from keys.signing import Algorithm
from lti_tool.errors import SettingsError

PREFIX = "QUATREFOIL_"
MEBIBYTE = 1024 * 1024
SECRET_KEY_CHARACTERS = 32
BASE_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:[0-9]{1,5})?"
)
"""As browsers write an origin: no upper case, no user, no path."""
DATABASE_URL = re.compile(r"(sqlite:///(?!:memory:)|postgresql\+psycopg://).+")
QUEUE_URLS = "sqlite:///", "redis://", "rediss://"
FILES_URLS = "file:///", "s3://"
PRIVATE_HOST = re.compile(r"[a-z0-9.:\[\]-]+")
"""No scheme, no path, no upper case: such a host would never be matched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation needs to know. Secrets never show in `repr`."""

    base_url: str
    """Where browsers and platforms reach the tool, without a trailing slash."""
    secret_key: str = field(repr=False)
    """Signs tickets and form tokens; at least 32 characters."""
    master_key: MasterKey = field(repr=False)
    """Seals the signing keys in the database."""
    old_master_key: MasterKey | None = field(default=None, repr=False)
    """The one before; there only while `quatrefoil keys reseal` replaces it."""
    jwt_algorithm: Algorithm = Algorithm.RS256
    """What issuers' new keys for VC-JWTs sign with: RS256 or ES256."""
    database_url: str = field(repr=False)
    """SQLAlchemy URL; may hold a password."""
    data_dir: Path
    """Where the queue, uploads in progress and, by default, files are kept."""
    queue_url: str = field(repr=False)
    """`sqlite:///path` or `redis://host:port/db`."""
    files_url: str = field(repr=False)
    """`file:///path` or `s3://bucket/prefix`."""
    trusted_proxies: int = 0
    """How many reverse proxies stand in front and set X-Forwarded-* headers."""
    private_hosts: frozenset[str] = frozenset()
    """Hosts (`name` or `name:port`) on private addresses that may be called, also by http."""
    max_file_bytes: int = 500 * MEBIBYTE
    """Largest file that a learner may hand in, in bytes."""
    timezone: str = "UTC"
    """IANA zone in which pages show instants."""
    is_demo: bool = False
    """Made by `quatrefoil demo`: plain http on loopback is allowed."""

    @property
    def host(self) -> str:
        """The base URL's host, with its port where it has one."""
        return urlsplit(self.base_url).netloc


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Read the settings out of `environment`.

    Raises:
        SettingsError: something is missing or weak; it lists every fault.
    """
    reader = _Reader(environment)
    is_demo = reader.one_of("MODE", "production", "demo") == "demo"
    data_dir = Path(reader.text("DATA_DIR", "var")).resolve()
    base_url = reader.base_url(is_demo=is_demo)
    secret_key = reader.secret_key()
    master_key = reader.master_key()
    old_master_key = reader.old_master_key()
    jwt_algorithm = Algorithm(reader.one_of("JWT_ALGORITHM", "RS256", "ES256"))
    database_url = reader.database_url()
    queue_url = reader.url("QUEUE_URL", f"sqlite:///{data_dir / 'queue.db'}", *QUEUE_URLS)
    files_url = reader.url("FILES_URL", f"file://{data_dir / 'files'}", *FILES_URLS)
    timezone = reader.timezone()
    trusted_proxies = reader.whole_number("TRUSTED_PROXIES", 0)
    max_file_mebibytes = reader.whole_number("MAX_FILE_MEBIBYTES", 500, least=1)
    private_hosts = reader.private_hosts()
    if reader.faults or master_key is None:
        raise SettingsError(tuple(reader.faults))
    return Settings(
        base_url=base_url,
        secret_key=secret_key,
        master_key=master_key,
        old_master_key=old_master_key,
        jwt_algorithm=jwt_algorithm,
        database_url=database_url,
        data_dir=data_dir,
        queue_url=queue_url,
        files_url=files_url,
        trusted_proxies=trusted_proxies,
        private_hosts=private_hosts,
        max_file_bytes=max_file_mebibytes * MEBIBYTE,
        timezone=timezone,
        is_demo=is_demo,
    )


class _Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.faults: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self._environment.get(PREFIX + name, "").strip() or default

    def one_of(self, name: str, *known: str) -> str:
        """Return one of `known`; the first is the default."""
        text = self.text(name, known[0])
        if text not in known:
            self.faults.append(f"{PREFIX}{name} must be {' or '.join(known)}, not {text!r}.")
            return known[0]
        return text

    def whole_number(self, name: str, default: int, *, least: int = 0) -> int:
        text = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
            self.faults.append(
                f"{PREFIX}{name} must be a whole number, {least} or more, not {text!r}."
            )
            return default
        return int(text)

    def timezone(self) -> str:
        name = self.text("TIMEZONE", "UTC")
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            self.faults.append(f"{PREFIX}TIMEZONE must be a zone such as Europe/Berlin.")
        return name

    def private_hosts(self) -> frozenset[str]:
        hosts = [host.strip() for host in self.text("PRIVATE_HOSTS", "").split(",")]
        for host in filter(None, hosts):
            if not PRIVATE_HOST.fullmatch(host):
                self.faults.append(
                    f"{PREFIX}PRIVATE_HOSTS must be hosts such as lms.internal or 10.0.0.5:8080, "
                    f"with commas between, not {host!r}."
                )
        return frozenset(filter(None, hosts))

    def url(self, name: str, default: str, *known: str) -> str:
        """Return a URL that begins with one of `known` and goes on."""
        url = self.text(name, default)
        if not url.startswith(known) or url in known:
            self.faults.append(f"{PREFIX}{name} must begin with {' or '.join(known)} and go on.")
        return url

    def base_url(self, *, is_demo: bool) -> str:
        url = self.text("BASE_URL", "").removesuffix("/")
        found = BASE_URL.fullmatch(url)
        if not url:
            self.faults.append(
                f"{PREFIX}BASE_URL is missing: the https address at which browsers reach the tool."
            )
        elif not found:
            self.faults.append(
                f"{PREFIX}BASE_URL must be a plain origin such as https://host, in small letters."
            )
        elif found["scheme"] != "https" and not (is_demo and _is_loopback(found["host"])):
            self.faults.append(f"{PREFIX}BASE_URL must begin with https://.")
        return url

    def secret_key(self) -> str:
        key = self.text("SECRET_KEY", "")
        if len(key) < SECRET_KEY_CHARACTERS or len(set(key)) < SECRET_KEY_CHARACTERS // 4:
            self.faults.append(
                f"{PREFIX}SECRET_KEY is missing or weak: make one with `quatrefoil secrets`."
            )
        return key

    def master_key(self) -> MasterKey | None:
        text = self.text("MASTER_KEY", "")
        try:
            return MasterKey.parse(text)
        except KeysError:
            self.faults.append(
                f"{PREFIX}MASTER_KEY is missing or weak: make one with `quatrefoil secrets`."
            )
            return None

    def old_master_key(self) -> MasterKey | None:
        text = self.text("MASTER_KEY_OLD", "")
        try:
            return MasterKey.parse(text) if text else None
        except KeysError:
            self.faults.append(f"{PREFIX}MASTER_KEY_OLD is no master key: correct or remove it.")
            return None

    def database_url(self) -> str:
        url = self.text("DATABASE_URL", "")
        if not url:
            self.faults.append(
                f"{PREFIX}DATABASE_URL is missing: sqlite:////path/to/quatrefoil.db "
                "or postgresql+psycopg://user@host/name."
            )
        elif not DATABASE_URL.fullmatch(url):
            self.faults.append(
                f"{PREFIX}DATABASE_URL must begin with sqlite:/// and name a file, "
                "or begin with postgresql+psycopg://."
            )
        return url


def _is_loopback(hostname: str) -> bool:
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False
