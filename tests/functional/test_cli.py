"""The command line, as an operator walks it: from nothing to an installation that may serve."""

import base64
import re
import socket
import subprocess
import sys
from uuid import UUID, uuid4

import click
import pytest
from sqlalchemy import select

from keys.sealing import MasterKey, unseal
from lti_tool.cli import cli
from lti_tool.environment import load_settings, read_settings_file
from lti_tool.services import keyring
from lti_tool.store.rows import (
    AchievementVersionRow,
    DeploymentRow,
    RegistrationRow,
    SigningKeyRow,
)
from tests.rows import NOW
from tests.terminals import BADGE, PLATFORM, Terminal


def test_secrets_are_fresh_lines_of_a_settings_file(terminal: Terminal) -> None:
    """Each run draws new ones; both are good enough for the settings."""
    first, second = terminal.do("secrets"), terminal.do("secrets")
    assert first != second
    terminal.write_settings()

    assert load_settings().base_url == "https://tool.example"
    found = read_settings_file(terminal.folder / "quatrefoil.env")
    MasterKey.parse(found["QUATREFOIL_MASTER_KEY"])
    assert len(found["QUATREFOIL_SECRET_KEY"]) == 64


def test_nothing_runs_without_settings(terminal: Terminal) -> None:
    """One message lists everything that is missing."""
    for command in ("migrate", "serve", "worker", "keys init", "platforms list"):
        said = terminal.fail(*command.split())
        for name in ("BASE_URL", "SECRET_KEY", "MASTER_KEY", "DATABASE_URL"):
            assert f"QUATREFOIL_{name}" in said


@pytest.mark.parametrize("command", ["serve", "worker", "keys init", "platforms list"])
def test_nothing_runs_on_a_database_that_was_not_migrated(terminal: Terminal, command: str) -> None:
    """The sentence says what to do."""
    terminal.write_settings()

    assert terminal.fail(*command.split()) == "The database needs `quatrefoil migrate` first."


@pytest.mark.parametrize("command", ["migrate", "serve", "worker"])
def test_a_database_that_is_not_there_is_named(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """By its setting, not by its URL, which may hold a password."""
    terminal.write_settings()
    monkeypatch.setenv("QUATREFOIL_DATABASE_URL", f"sqlite:///{terminal.folder}/no/such/x.db")

    assert "QUATREFOIL_DATABASE_URL" in (said := terminal.fail(command))
    assert "no/such" not in said


def test_another_master_key_is_noticed_at_once(
    installed: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not when the first badge is released."""
    monkeypatch.setenv("QUATREFOIL_MASTER_KEY", "0123456789abcdef" * 3 + "fedcba9876543210")

    for command in ("serve", "worker", "keys init"):
        assert "QUATREFOIL_MASTER_KEY" in installed.fail(*command.split())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_port_in_use_is_named(installed: Terminal, host: str) -> None:
    """Two servers on one port would each get some of the requests."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family, reuse_port=True) as other:
        port = str(other.getsockname()[1])
        said = installed.fail("serve", "--host", host, "--port", port)

    assert f"{host}:{port} cannot be listened on" in said
    assert "--port" in said


def test_a_port_that_is_none_is_named(installed: Terminal) -> None:
    """No traceback for a digit too many."""
    assert "cannot be listened on" in installed.fail("serve", "--port", "81000")


def test_the_demo_starts_nothing_on_ports_in_use(terminal: Terminal) -> None:
    """It would show another demo's pages, and leave a folder half made."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert "with --port" in terminal.fail("demo", "--port", port)
        with socket.create_server(("127.0.0.1", 0)) as free:
            free_port = str(free.getsockname()[1])
        said = terminal.fail("demo", "--port", free_port, "--lms-port", port)

    assert "with --lms-port" in said
    assert not list(terminal.folder.iterdir())


def test_migrate_may_run_twice(terminal: Terminal) -> None:
    """As a part of every deployment."""
    terminal.write_settings()

    assert terminal.do("migrate") == terminal.do("migrate")


def test_an_installation_is_set_up(terminal: Terminal) -> None:
    """Each step says what it did and what comes next."""
    terminal.write_settings()
    terminal.do("migrate")
    assert "Added organisation harbour" in terminal.do(
        "organisations", "add", "harbour", "--name", "Harbour College"
    )
    said = terminal.do(
        *["issuers", "add", "coaching", "--organisation", "harbour", "--name", "Coaching"],
        *("--url", "https://college.example/"),
    )
    assert "did:web:tool.example:issuers:coaching" in said
    assert "quatrefoil keys init" in said
    assert terminal.do("keys", "init") == "Made 3 keys.\n"
    assert terminal.do("keys", "init") == "No key was missing.\n"
    assert "atpa-academic-coaching\n" in terminal.do("programs", "list")
    said = terminal.do(*["programs", "install", "atpa-academic-coaching", "--issuer", "coaching"])
    assert f"{BADGE}  draft  Co-creating the Academic Coaching Relationship" in said
    assert said.count("placeholder") == 3
    assert "(version 1)" in terminal.do(*f"badges publish {BADGE} --levels tasks".split())

    said = terminal.add_platform(family="canvas", frame_origin="https://college.lms.example")
    for line in ("https://tool.example/lti/login", "https://tool.example/lti/launch"):
        assert line in said
    assert "https://tool.example/lti/jwks.json" in said
    with terminal.database().reading() as session:
        version = session.scalars(
            select(AchievementVersionRow).where(AchievementVersionRow.state == "published")
        ).one()
        registration = session.scalars(select(RegistrationRow)).one()
    assert version.image is not None
    assert (registration.family, registration.frame_origins) == (
        "canvas",
        "https://college.lms.example",
    )


def test_a_deployment_is_approved_by_its_id(installed: Terminal) -> None:
    """The list shows what waits; approving says which it was."""
    installed.add_platform()
    with installed.database().writing() as session:
        registration = session.scalars(select(RegistrationRow)).one()
        row = DeploymentRow(
            id=uuid4(),
            registration_id=registration.id,
            organisation_id=registration.organisation_id,
            lti_deployment_id="7:abc",
            status="pending",
            platform_guid="",
            platform_name="",
            platform_version="",
            first_seen_at=NOW,
            approved_at=None,
        )
        session.add(row)

    assert f"{row.id}  pending  deployment 7:abc" in installed.do("platforms", "list")
    assert "7:abc is approved" in installed.do("platforms", "approve", str(row.id))
    assert f"{row.id}  approved  deployment 7:abc" in installed.do("platforms", "list")


def test_a_program_begins_empty_and_its_coordinator_is_invited(installed: Terminal) -> None:
    """The code is shown once, with what to do with it; a second program of a name is refused."""
    options = ("--title", "Peer Tutoring", "--issuer", "harbour")
    said = installed.do("programs", "add", "peer-tutoring", *options)
    assert "quatrefoil programs invite peer-tutoring" in said

    said = installed.do("programs", "invite", "peer-tutoring", "--for", "the coordinator")
    assert re.match(r"([A-Z2-7]{4}-){5}[A-Z2-7]{4}\n", said)
    assert "“Program desk”" in said
    assert "is there" in installed.fail("programs", "add", "peer-tutoring", *options)
    assert "no program 'nothing'" in installed.fail("programs", "invite", "nothing")


def test_an_empty_list_says_what_to_do(installed: Terminal) -> None:
    """Not nothing."""
    said = installed.do("platforms", "list")

    assert said == "No platforms yet. Add one with `quatrefoil platforms add`.\n"


def test_a_worker_needs_a_queue_that_answers(
    installed: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, and exit code 1."""
    monkeypatch.setenv("QUATREFOIL_QUEUE_URL", "redis://127.0.0.1:1/0")
    said = installed.fail("worker")

    assert said.startswith("The queue does not answer")
    assert len(said.splitlines()) == 1


def test_a_platform_is_corrected_suspended_and_resumed(installed: Terminal) -> None:
    """By the id that the list shows; what is not named stays."""
    registration_id = re.findall(r"as ([0-9a-f-]{36})", installed.add_platform())[0]
    head, row = installed.do("platforms", "list").splitlines()
    assert head.split("  ")[0] == "ID"
    for title, word in (("STATUS", "active"), ("FAMILY", "generic"), ("ISSUER", "https://lms.")):
        assert row.startswith(word, head.index(title))

    said = installed.do(
        *("platforms", "set", registration_id, "--family", "moodle"),
        *("--jwks-url", "https://lms.example/certs.php", "--token-audience", "https://aud.example"),
    )
    for words in ("https://lms.example/certs.php", "https://lms.example/token", "moodle"):
        assert words in said
    assert "https://aud.example" in said
    said = installed.do("platforms", "set", registration_id, "--token-audience", "")
    assert "https://aud.example" not in said

    assert "is suspended" in installed.do("platforms", "suspend", registration_id)
    assert f"{registration_id}  suspended" in installed.do("platforms", "list")
    assert "is active" in installed.do("platforms", "resume", registration_id)
    assert f"{registration_id}  active" in installed.do("platforms", "list")


def test_plain_http_is_refused_by_the_command(
    installed: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless the operator names the host, as for every other call."""
    url = "http://lms.internal/keys"
    options = [part for pair in (PLATFORM | {"--jwks-url": url}).items() for part in pair]

    assert "QUATREFOIL_PRIVATE_HOSTS" in installed.fail("platforms", "add", *options)
    monkeypatch.setenv("QUATREFOIL_PRIVATE_HOSTS", "lms.internal")
    assert "Registered" in installed.do("platforms", "add", *options)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("organisations add harbour --name Again", "is there: go on with it"),
        ("organisations add Harbour --name Again", "small letters"),
        ("organisations add other --name ", "the name is empty: give one with --name"),
        (
            "issuers add harbour --organisation harbour --name X --url https://x.example",
            "is there: go on with it",
        ),
        (
            "issuers add other --organisation nobody --name X --url https://x.example",
            "`quatrefoil organisations add`",
        ),
        (
            "issuers add other --organisation harbour --name X --url x.example",
            "no web address such as https://",
        ),
        (
            "programs install atpa-academic-coaching --issuer harbour",
            "open its badges with `quatrefoil badges publish`",
        ),
        ("programs install atpa-academic-coaching --issuer nobody", "`quatrefoil issuers add`"),
        ("badges publish nothing --levels tasks", "`quatrefoil programs install`"),
        ("badges publish atpa-academic-coaching-1 --levels tasks", "which badges are drafts"),
        (f"badges publish {BADGE} --levels tasks --organisation nobody", "programs install`"),
        ("platforms approve 00000000-0000-0000-0000-000000000007", "`quatrefoil platforms list`"),
        ("platforms set 00000000-0000-0000-0000-000000000007", "platforms list"),
        ("platforms suspend 00000000-0000-0000-0000-000000000007", "platforms list"),
        ("awards revoke 00000000-0000-0000-0000-000000000007 --reason x", "take its id from"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    installed: Terminal, command: str, words: str
) -> None:
    """No traceback, nothing of it is done, and it says what to do instead."""
    assert words in installed.fail(*command.split(" "))


def test_a_second_publishing_is_refused(installed: Terminal) -> None:
    """The choice of how levels arise is made once."""
    installed.do(*f"badges publish {BADGE} --levels assessor".split())

    assert "instructors can choose it" in installed.fail(
        *f"badges publish {BADGE} --levels tasks".split()
    )


@pytest.mark.parametrize(
    "command",
    [
        "platforms approve x",
        "awards revoke x --reason y",
        "awards revoke 00000000-0000-0000-0000-000000000007",
        f"badges publish {BADGE}",
        f"badges publish {BADGE} --levels guess",
        "programs install nothing --issuer harbour",
        "serve --port many",
        "nothing",
    ],
)
def test_a_mistyped_command_shows_its_usage(installed: Terminal, command: str) -> None:
    """Exit code 2, as everywhere."""
    result = installed.run(*command.split())

    assert result.exit_code == 2
    assert "Usage:" in result.output


def test_no_command_prints_a_private_half(installed: Terminal) -> None:
    """Nor a secret, whatever is run, in whatever writing."""
    installed.add_platform()
    installed.do(*f"badges publish {BADGE} --levels assessor".split())
    for command in (
        "keys init",
        "keys list",
        "keys rotate harbour",
        "platforms list",
        "programs list",
        "migrate",
    ):
        installed.do(*command.split())
    settings = load_settings()
    with installed.database().reading() as session:
        halves = [
            unseal(row.sealed, settings.master_key, purpose=keyring.PURPOSE, subject_id=row.id)
            for row in session.scalars(select(SigningKeyRow))
        ]

    assert len(halves) == 5
    assert not re.search('PRIVATE|BEGIN|"d"', installed.printed)
    for half in halves:
        for written in (half.hex(), base64.b64encode(half), base64.urlsafe_b64encode(half)):
            text = written if isinstance(written, str) else written.decode()
            assert text.rstrip("=")[:40] not in installed.printed
    for name, value in read_settings_file(installed.folder / "quatrefoil.env").items():
        if name in {"QUATREFOIL_SECRET_KEY", "QUATREFOIL_MASTER_KEY"}:
            assert value not in installed.printed


def commands(group: click.Group, *path: str) -> list[tuple[str, click.Command]]:
    """Return every command with its full name."""
    found = []
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if isinstance(command, click.Group):
            found += commands(command, *path, name)
        else:
            found.append((" ".join((*path, name)), command))
    return found


@pytest.mark.parametrize(("name", "command"), commands(cli), ids=lambda one: str(one)[:30])
def test_every_command_explains_itself(
    terminal: Terminal, name: str, command: click.Command
) -> None:
    """A sentence for the command, and one for each of its options."""
    assert command.help
    assert command.get_short_help_str(200).endswith(".")
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name
    assert "Usage:" in terminal.do(*name.split(), "--help")


def test_the_version_is_the_packages(terminal: Terminal) -> None:
    """As installed."""
    assert re.search(r"\d+\.\d+\.\d+", terminal.do("--version"))


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["verify", "--help"], ["verify", "no-such-file"]]
)
def test_verifying_loads_no_web_framework_and_no_database(arguments: list[str]) -> None:
    """Anybody may verify a badge, without an installation; help answers at once."""
    script = (
        "import sys\n"
        "from lti_tool.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'flask', 'sqlalchemy', 'huey', 'alembic', 'granian'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_the_module_is_the_command() -> None:
    """`python -m lti_tool` is `quatrefoil`."""
    done = subprocess.run(
        [sys.executable, "-m", "lti_tool", "--help"], capture_output=True, text=True, check=True
    )

    assert "Usage:" in done.stdout
    assert "platforms" in done.stdout


def test_ids_are_printed_as_they_are_typed(installed: Terminal) -> None:
    """What a list shows can be pasted into the next command."""
    said = installed.add_platform()
    with installed.database().reading() as session:
        registration_id = session.scalars(select(RegistrationRow.id)).one()

    assert isinstance(registration_id, UUID)
    assert str(registration_id) in said
    assert str(registration_id) in installed.do("platforms", "list")
