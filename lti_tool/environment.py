"""Where processes get their settings and runtime from."""

import os
from pathlib import Path

from lti_tool.app import make_runtime
from lti_tool.config import Settings, settings_from
from lti_tool.errors import SettingsError
from lti_tool.runtime import Runtime
from lti_tool.services.keyring import check_master_key
from lti_tool.store import schema

SETTINGS_FILE = "QUATREFOIL_SETTINGS"
DEFAULT_FILE = "quatrefoil.env"


def load_settings() -> Settings:
    """Read the settings from the environment over the settings file, if there is one.

    The file is `quatrefoil.env`, or what QUATREFOIL_SETTINGS names: lines of
    NAME=value. What the environment sets wins.
    """
    named = os.environ.get(SETTINGS_FILE)
    path = Path(named or DEFAULT_FILE)
    found = read_settings_file(path) if named or path.is_file() else {}
    return settings_from(found | dict(os.environ))


def read_settings_file(path: Path) -> dict[str, str]:
    """Return the variables of the settings file at `path`.

    Raises:
        SettingsError: it cannot be read, or has a line that is not NAME=value.
    """
    try:
        # Some editors begin a file with a byte order mark.
        return parse_settings_file(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsError((f"the settings file {path} cannot be read",)) from exc


def parse_settings_file(text: str) -> dict[str, str]:
    """Return the variables of a settings file: NAME=value lines, # comments, no quoting."""
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().startswith("QUATREFOIL_"):
            raise SettingsError((f"line {number} of the settings file is not NAME=value",))
        values[name.strip()] = value.strip()
    return values


def check_data_folder(folder: Path) -> None:
    """Make `folder` where it is missing.

    Raises:
        SettingsError: it cannot be made, or not be written in.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        fault = f"QUATREFOIL_DATA_DIR: the folder {folder} cannot be made ({exc.strerror})."
        raise SettingsError((fault,)) from exc
    if not os.access(folder, os.W_OK | os.X_OK):
        fault = f"QUATREFOIL_DATA_DIR: the folder {folder} cannot be written in by this user."
        raise SettingsError((fault,))


def open_runtime(*, opens_keys: bool = True) -> Runtime:
    """Return a runtime over a database of this version's schema, whose keys it can use.

    Without `opens_keys` they may be sealed with another master key: to seal them anew.

    Raises:
        SettingsError: a setting is missing or wrong; the data folder cannot be used;
            the master key is another one.
        SchemaError: the database has to be migrated first.
    """
    settings = load_settings()
    check_data_folder(settings.data_dir)
    made = make_runtime(settings)
    schema.require_current(made.database.engine)
    if opens_keys:
        with made.reading() as session:
            check_master_key(session, made.settings.master_key, now=made.clock())
    return made
