"""`quatrefoil verify FILE` as a process of its own: it says what the whole command says, with less.

How long it takes, no test says; what it imports is what it takes.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from lti_tool.cli import cli
from tests.credentials import a_lasting_credential

SLOW = (
    "alembic badges.status_list click cryptography.hazmat.primitives.asymmetric.ec "
    "cryptography.hazmat.primitives.asymmetric.rsa cryptography.hazmat.primitives.serialization "
    "dataclasses email flask http importlib.metadata importlib.resources inspect jsonschema "
    "keys.ring logging pathlib random "
    "referencing requests socket sqlalchemy ssl string tempfile textwrap traceback "
    "urllib.parse urllib.request urllib3 xml yaml"
)
"""What takes long to import, and no badge in a file needs. The records that are made on the way
are named tuples: a fifth of the time went into making functions for data classes."""
MOST_MODULES = 120
"""Of Python, of the cryptography library and of ours; there are some 115."""
SCRIPT = f"""
import sys
before = set(sys.modules)
from lti_tool.cli import main
try:
    main()
finally:
    loaded = sys.modules.keys() - before
    print(len(loaded), *loaded.intersection({SLOW!r}.split()), file=sys.stderr)
"""


def run(source: Path) -> subprocess.CompletedProcess[str]:
    """Verify in a process that ends with how many modules it has, and the slow ones."""
    return subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", SCRIPT, "verify", source],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a badge that needs nobody else to be verified."""
    path = tmp_path / "badge.json"
    path.write_bytes(a_lasting_credential())
    return path


def test_a_badge_is_verified_with_little(file: Path) -> None:
    """No option parser, no HTTP client, no schema library."""
    done = run(file)

    assert done.returncode == 0, done.stderr
    assert "VALID: Harbour College gave" in done.stdout
    count, *slow = done.stderr.split()
    assert slow == []
    assert int(count) < MOST_MODULES


@pytest.mark.parametrize("case", ["good", "changed", "shapeless", "no badge", "no file"])
def test_it_says_what_the_whole_command_says(case: str, file: Path) -> None:
    """And ends alike; an option makes it the whole command."""
    badge = file.read_bytes()
    match case:
        case "changed":
            file.write_bytes(badge.replace(b"Listening Closely", b"Listening Loosely"))
        case "shapeless":
            file.write_bytes(badge.replace(b'"narrative":"Reach', b'"name":"Reach'))
        case "no badge":
            file.write_bytes(b"hello")
        case "no file":
            file.unlink()

    done = run(file)
    whole = CliRunner().invoke(cli, ["verify", str(file), "--allow-host", "example.org"])
    said = whole.stderr if case == "no file" else whole.stdout
    assert said
    assert said in (done.stderr if case == "no file" else done.stdout)
    assert done.returncode == whole.exit_code == (0 if case == "good" else 1)
