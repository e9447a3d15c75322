"""Settings."""

import secrets
from pathlib import Path

import pytest

from lti_tool.config import settings_from
from lti_tool.errors import SettingsError


def a_good_environment() -> dict[str, str]:
    """Every setting that production needs."""
    return {
        "QUATREFOIL_BASE_URL": "https://badges.example.edu",
        "QUATREFOIL_SECRET_KEY": secrets.token_urlsafe(48),
        "QUATREFOIL_MASTER_KEY": secrets.token_hex(32),
        "QUATREFOIL_DATABASE_URL": "sqlite:////srv/quatrefoil.db",
    }


def test_production_needs_four_settings() -> None:
    """A base URL on https, two secrets and a database are enough."""
    settings = settings_from(a_good_environment())

    assert settings.base_url == "https://badges.example.edu"
    assert settings.host == "badges.example.edu"
    assert not settings.is_demo


def test_every_fault_is_named_at_once() -> None:
    """An empty environment gives one message that lists all that is missing."""
    with pytest.raises(SettingsError) as caught:
        settings_from({})

    assert len(caught.value.faults) == 4
    for name in ("BASE_URL", "SECRET_KEY", "MASTER_KEY", "DATABASE_URL"):
        assert f"QUATREFOIL_{name}" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "http://badges.example.edu"),
        ("BASE_URL", "https://badges.example.edu/path"),
        ("BASE_URL", "https://user@badges.example.edu"),
        ("BASE_URL", "badges.example.edu"),
        ("BASE_URL", "https://Badges.example.edu"),
        ("BASE_URL", "HTTPS://badges.example.edu"),
        ("BASE_URL", "https://badges.example.edu?"),
        ("BASE_URL", "https://badges.example.edu#"),
        ("BASE_URL", "https://badges.example.edu//"),
        ("BASE_URL", "https://badges.example.edu:port"),
        ("BASE_URL", "https://[::1"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "https://a b"),
        ("BASE_URL", "https://badges.example.edu;script-src"),
        ("BASE_URL", "https://bädges.example"),
        ("JWT_ALGORITHM", "EdDSA"),
        ("JWT_ALGORITHM", "rs256"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 64),
        ("MASTER_KEY", "00" * 32),
        ("MASTER_KEY", "password"),
        ("DATABASE_URL", "mysql://somewhere"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql://user@host/name"),
        ("DATABASE_URL", "postgresql+psycopg://"),
        ("QUEUE_URL", "amqp://somewhere"),
        ("QUEUE_URL", "sqlite:///"),
        ("FILES_URL", "/srv/files"),
        ("FILES_URL", "https://bucket"),
        ("TIMEZONE", "Mars/Olympus"),
        ("TIMEZONE", "../../etc/passwd"),
        ("TIMEZONE", "/etc/passwd"),
        ("TIMEZONE", "Europe"),
        ("MODE", "development"),
        ("MODE", "Demo"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "١"),
        ("TRUSTED_PROXIES", "1.5"),
        ("PRIVATE_HOSTS", "http://lms.internal"),
        ("PRIVATE_HOSTS", "LMS.internal"),
        ("PRIVATE_HOSTS", "lms.internal 10.0.0.5"),
        ("MAX_FILE_MEBIBYTES", "many"),
        ("MAX_FILE_MEBIBYTES", "0"),
        ("MAX_FILE_MEBIBYTES", "9" * 10),
    ],
)
def test_a_weak_or_wrong_setting_stops_the_start(name: str, value: str) -> None:
    """Each bad value is one fault that names its variable."""
    with pytest.raises(SettingsError) as caught:
        settings_from(a_good_environment() | {f"QUATREFOIL_{name}": value})

    (fault,) = caught.value.faults
    assert f"QUATREFOIL_{name}" in fault


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "MASTER_KEY", "DATABASE_URL", "QUEUE_URL", "FILES_URL"]
)
def test_a_fault_tells_no_secret(name: str) -> None:
    """It goes to a screen and to logs."""
    with pytest.raises(SettingsError) as caught:
        settings_from(a_good_environment() | {f"QUATREFOIL_{name}": "hunter2"})

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "attribute", "expected"),
    [
        ("BASE_URL", "https://badges.example.edu/", "base_url", "https://badges.example.edu"),
        ("BASE_URL", "https://badges.example.edu:8443", "host", "badges.example.edu:8443"),
        ("DATABASE_URL", "postgresql+psycopg://u:p@h/n", "database_url", None),
        ("DATABASE_URL", "sqlite:///relative.db", "database_url", None),
        ("QUEUE_URL", "redis://localhost:6379/0", "queue_url", None),
        ("QUEUE_URL", "rediss://localhost:6379/0", "queue_url", None),
        ("FILES_URL", "s3://bucket/prefix", "files_url", None),
        ("TRUSTED_PROXIES", "2", "trusted_proxies", 2),
        ("MAX_FILE_MEBIBYTES", "1", "max_file_bytes", 1024 * 1024),
        ("TIMEZONE", "America/Los_Angeles", "timezone", None),
        ("MODE", "production", "is_demo", False),
        ("PRIVATE_HOSTS", " lms.internal , 10.0.0.5:8080,, ", "private_hosts", None),
    ],
)
def test_a_good_setting_is_taken(name: str, value: str, attribute: str, expected: object) -> None:
    """As it was written, unless another form of it is meant."""
    settings = settings_from(a_good_environment() | {f"QUATREFOIL_{name}": value})

    if name == "PRIVATE_HOSTS":
        expected = frozenset({"lms.internal", "10.0.0.5:8080"})
    assert getattr(settings, attribute) == (value if expected is None else expected)


def test_what_is_left_out_has_its_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Queue and files lie in the data folder; an empty variable is as good as none."""
    monkeypatch.chdir(tmp_path)
    empty = dict.fromkeys(["QUATREFOIL_TIMEZONE", "QUATREFOIL_QUEUE_URL", "QUATREFOIL_MODE"], " ")
    settings = settings_from(a_good_environment() | empty)

    assert settings.data_dir == tmp_path / "var"
    assert settings.queue_url == f"sqlite:///{tmp_path}/var/queue.db"
    assert settings.files_url == f"file://{tmp_path}/var/files"
    assert (settings.timezone, settings.trusted_proxies) == ("UTC", 0)
    assert settings.max_file_bytes == 500 * 1024 * 1024
    assert settings.private_hosts == frozenset()


def test_plain_http_is_for_the_demo_on_loopback_only() -> None:
    """The demo may use http on loopback, and nowhere else."""
    demo = a_good_environment() | {"QUATREFOIL_MODE": "demo"}

    assert settings_from(demo | {"QUATREFOIL_BASE_URL": "http://localhost:8100"}).is_demo
    for host in ("lan.example:8100", "192.168.1.5", "localhost.evil.example", "1.0.0.0"):
        with pytest.raises(SettingsError):
            settings_from(demo | {"QUATREFOIL_BASE_URL": f"http://{host}"})
    for host in ("127.0.0.1:8100", "tool.localhost"):
        assert settings_from(demo | {"QUATREFOIL_BASE_URL": f"http://{host}"}).is_demo


def test_secrets_never_show_in_repr() -> None:
    """A logged settings value tells no secret and no database password."""
    environment = a_good_environment()
    shown = repr(settings_from(environment))

    assert environment["QUATREFOIL_SECRET_KEY"] not in shown
    assert environment["QUATREFOIL_MASTER_KEY"] not in shown
    assert "quatrefoil.db" not in shown
