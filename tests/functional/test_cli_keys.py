"""The commands about keys, as an operator uses them."""

import re
import secrets
import stat
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select

from lti_tool.environment import read_settings_file
from lti_tool.store.rows import AuditEventRow, SigningKeyRow
from tests.terminals import Terminal


def listed(terminal: Terminal) -> list[list[str]]:
    """The lines of `keys list`, as words: owner, purpose, algorithm, state, day, time, id."""
    head, *lines = terminal.do("keys", "list").splitlines()
    assert head.split() == ["OWNER", "PURPOSE", "SIGNS", "STATE", "SINCE", "(UTC)", "ID"]
    return [line.split() for line in lines]


def actions(terminal: Terminal) -> list[str]:
    """What the audit log has about keys."""
    with terminal.database().reading() as session:
        found = session.scalars(select(AuditEventRow).order_by(AuditEventRow.at))
        return [row.action for row in found if row.action.startswith("key")]


def test_keys_are_listed_and_rotated(installed: Terminal) -> None:
    """Whose they are, what for, and what becomes of them; each step is in the audit log."""
    assert [line[:4] for line in listed(installed)] == [
        ["tool", "tool", "RS256", "current"],
        ["harbour", "data_integrity", "Ed25519", "current"],
        ["harbour", "jwt", "RS256", "current"],
    ]
    assert "No key was missing" in installed.do("keys", "init")

    said = installed.do("keys", "rotate", "harbour", "--purpose", "jwt")
    (new,) = re.findall(r"jwt: (\S+) signs from", said)
    assert [line[3] for line in listed(installed)] == ["current", "current", "current", "next"]
    assert listed(installed)[-1][-1] == new
    assert "rotate again after that" in installed.fail("keys", "rotate", "harbour")
    assert "signs from" in installed.do("keys", "rotate", "tool")
    assert actions(installed) == ["key.made"] * 3 + ["key.rotated"] * 2


def test_another_algorithm_is_a_setting(
    installed: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new key for each issuer's JWTs; the tool's key stays as platforms need it."""
    monkeypatch.setenv("QUATREFOIL_JWT_ALGORITHM", "ES256")
    assert "Made 1 key." in installed.do("keys", "init")
    assert [line[:4] for line in listed(installed)][2:] == [
        ["harbour", "jwt", "RS256", "current"],
        ["harbour", "jwt", "ES256", "next"],
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody"], "no such issuer 'nobody'"),
        (["tool", "--purpose", "jwt"], "tool has no keys for jwt"),
    ],
)
def test_a_wrong_owner_is_refused(installed: Terminal, arguments: list[str], said: str) -> None:
    """In one sentence."""
    assert said in installed.fail("keys", "rotate", *arguments)


def test_a_compromised_key_is_replaced_and_what_it_signed_listed(installed: Terminal) -> None:
    """As CSV to standard output; what to read goes to the other."""
    (lost,) = (line[-1] for line in listed(installed) if line[1] == "jwt")
    since = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    result = installed.run("keys", "compromise", lost, "--at", since)

    assert result.exit_code == 0
    assert result.stdout == "credential,url,state,why\n"
    assert "signs in its place" in result.stderr
    assert sorted(line[3] for line in listed(installed)) == ["compromised"] + ["current"] * 3
    assert "credential,url" in installed.do("keys", "reissue", lost, "--dry-run")
    assert "0 credentials are issued anew" in installed.do("keys", "reissue", lost)
    assert "marked as compromised before" in installed.do("keys", "compromise", lost, "--at", since)


@pytest.mark.parametrize("key_id", ["nothing", "-ome-ids-begin-with-a-dash", "--or-with-two"])
def test_a_wrong_key_is_refused(installed: Terminal, key_id: str) -> None:
    """In one sentence, also where the id looks like an option."""
    for command in (["compromise", "--at", "2026-11-21T08:30Z"], ["reissue"]):
        assert "no such key" in installed.fail("keys", *command, key_id)


@pytest.mark.parametrize(("text", "said"), [("today", "not an instant"), ("2026-11-21", "zone")])
def test_an_instant_needs_a_zone(installed: Terminal, text: str, said: str) -> None:
    """Else it could mean another hour, or another day."""
    result = installed.run("keys", "compromise", "any", "--at", text)

    assert result.exit_code == 2
    assert said in result.output


def test_another_master_key_seals_everything(
    installed: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With both in the settings; with the new one alone the tool starts afterwards."""
    assert "MASTER_KEY_OLD" in installed.fail("keys", "reseal")
    old = read_settings_file(installed.folder / "quatrefoil.env")["QUATREFOIL_MASTER_KEY"]
    new = secrets.token_urlsafe(32)
    monkeypatch.setenv("QUATREFOIL_MASTER_KEY", new)
    assert "QUATREFOIL_MASTER_KEY" in installed.fail("keys", "list")
    monkeypatch.setenv("QUATREFOIL_MASTER_KEY_OLD", secrets.token_urlsafe(32))
    assert "nothing was changed" in installed.fail("keys", "reseal")
    monkeypatch.setenv("QUATREFOIL_MASTER_KEY_OLD", old)

    assert "3 keys and tokens" in installed.do("keys", "reseal")
    monkeypatch.delenv("QUATREFOIL_MASTER_KEY_OLD")
    assert len(listed(installed)) == 3
    assert actions(installed)[-1] == "key.resealed"
    for secret in (old, new):
        assert secret not in installed.printed


def test_keys_are_backed_up_and_restored(installed: Terminal) -> None:
    """Into a file that only its owner reads, never over another one; twice restores nothing."""
    file = installed.folder / "keys.json"
    assert "useless" in installed.do("keys", "backup", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "cannot be written" in installed.fail("keys", "backup", str(file))
    with installed.database().writing() as session:
        session.execute(delete(SigningKeyRow).where(SigningKeyRow.purpose == "jwt"))

    said = installed.do("keys", "restore", str(file))
    assert said.count("is there already") == 2
    assert re.search(r"harbour jwt \S+: restored\n", said)
    assert installed.do("keys", "restore", str(file)).count("is there already") == 3
    assert actions(installed)[-2:] == ["key.backed_up", "key.restored"]
    file.write_bytes(b"{}")
    assert "no backup of keys" in installed.fail("keys", "restore", str(file))
