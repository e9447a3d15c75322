"""Where processes get their settings from."""

import os
from pathlib import Path

import pytest

from lti_tool import environment
from lti_tool.errors import SettingsError
from lti_tool.store import schema
from lti_tool.store.database import Database
from tests.unit.lti_tool.test_config import a_good_environment


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and an environment that says nothing of us."""
    for name in list(os.environ):
        if name.startswith("QUATREFOIL_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def a_settings_file(path: Path, **changes: str) -> Path:
    """Write a settings file that makes a working installation."""
    values = a_good_environment() | {
        "QUATREFOIL_DATABASE_URL": f"sqlite:///{path.parent / 'quatrefoil.db'}",
        "QUATREFOIL_DATA_DIR": str(path.parent),
    }
    values |= {f"QUATREFOIL_{name}": value for name, value in changes.items()}
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()), "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("# a comment\n\n   \n  # another\n", {}),
        ("QUATREFOIL_A=b", {"QUATREFOIL_A": "b"}),
        ("  QUATREFOIL_A =  b c  \r\n", {"QUATREFOIL_A": "b c"}),
        ("QUATREFOIL_A=b=c#d", {"QUATREFOIL_A": "b=c#d"}),
        ('QUATREFOIL_A="b"', {"QUATREFOIL_A": '"b"'}),
        ("QUATREFOIL_A=", {"QUATREFOIL_A": ""}),
        ("QUATREFOIL_A=1\nQUATREFOIL_A=2\n", {"QUATREFOIL_A": "2"}),
    ],
)
def test_a_settings_file_has_one_value_a_line(text: str, values: dict[str, str]) -> None:
    """No quoting and no escapes: what stands behind the sign is the value."""
    assert environment.parse_settings_file(text) == values


@pytest.mark.parametrize("line", ["QUATREFOIL_A", "A=b", "export QUATREFOIL_A=b", "=b", "{}", "\0"])
def test_a_line_that_is_none_is_named(line: str) -> None:
    """By its number; its text may be a secret."""
    with pytest.raises(SettingsError, match="line 3 ") as caught:
        environment.parse_settings_file(f"# settings\nQUATREFOIL_A=b\n{line}\n")

    assert line not in str(caught.value).replace("NAME=value", "")


def test_the_file_in_the_working_folder_is_read(folder: Path) -> None:
    """`quatrefoil.env`, without anything to say so."""
    a_settings_file(folder / "quatrefoil.env")

    assert environment.load_settings().base_url == "https://badges.example.edu"


def test_another_file_can_be_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read instead."""
    a_settings_file(folder / "quatrefoil.env", BASE_URL="https://wrong.example")
    named = a_settings_file(folder / "other.env", BASE_URL="https://right.example")
    monkeypatch.setenv("QUATREFOIL_SETTINGS", str(named))

    assert environment.load_settings().base_url == "https://right.example"


def test_the_environment_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the file, variable by variable."""
    a_settings_file(folder / "quatrefoil.env", TIMEZONE="Europe/Berlin")
    monkeypatch.setenv("QUATREFOIL_BASE_URL", "https://elsewhere.example")
    found = environment.load_settings()

    assert (found.base_url, found.timezone) == ("https://elsewhere.example", "Europe/Berlin")


def test_a_file_with_a_byte_order_mark_is_read(folder: Path) -> None:
    """Some editors leave one."""
    path = a_settings_file(folder / "quatrefoil.env")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert environment.load_settings().base_url == "https://badges.example.edu"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\0"])
def test_a_file_that_cannot_be_read_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    """One sentence, no traceback."""
    path = folder / "settings.env"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("QUATREFOIL_SETTINGS", str(path))
    with pytest.raises(SettingsError, match=r"settings\.env cannot be read"):
        environment.load_settings()


def test_nothing_set_names_everything_that_is_missing() -> None:
    """At once."""
    with pytest.raises(SettingsError) as caught:
        environment.load_settings()

    assert len(caught.value.faults) == 4


def test_a_data_folder_that_cannot_be_made_is_named(folder: Path) -> None:
    """One sentence with the setting and the folder, no traceback."""
    (folder / "file").touch()
    a_settings_file(folder / "quatrefoil.env", DATA_DIR=str(folder / "file" / "var"))
    with pytest.raises(SettingsError, match=r"QUATREFOIL_DATA_DIR: the folder .*/file/var "):
        environment.open_runtime()


def test_a_data_folder_that_cannot_be_written_in_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the start, not when the first learner hands in a file."""
    a_settings_file(folder / "quatrefoil.env")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SettingsError, match="cannot be written in"):
        environment.open_runtime()


def test_a_runtime_needs_a_migrated_database(folder: Path) -> None:
    """An old one is refused with what to do; a new one opens."""
    a_settings_file(folder / "quatrefoil.env")
    with pytest.raises(schema.SchemaError, match="quatrefoil migrate"):
        environment.open_runtime()

    database = Database(environment.load_settings().database_url)
    schema.upgrade(database.engine)
    database.dispose()
    opened = environment.open_runtime()
    assert opened.settings.base_url == "https://badges.example.edu"
    opened.database.dispose()
