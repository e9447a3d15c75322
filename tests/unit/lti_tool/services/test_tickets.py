"""Tickets: one thing, one purpose, a few minutes."""

import base64
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.errors import SessionEndedError
from lti_tool.services.tickets import make_ticket, read_ticket
from tests.conftest import FakeClock

KEY = "a secret key of this installation"
LASTS = timedelta(minutes=5)


def a_ticket(subject: str = "file-1", *, purpose: str = "file", clock: FakeClock) -> str:
    """A ticket of five minutes."""
    return make_ticket(KEY, purpose=purpose, subject=subject, lasts=LASTS, clock=clock)


def code_of(ticket: str, *, clock: FakeClock, purpose: str = "file", key: str = KEY) -> str:
    """Why a ticket is refused."""
    with pytest.raises(SessionEndedError) as caught:
        read_ticket(key, ticket, purpose=purpose, clock=clock)
    return caught.value.code


@given(subject=st.text(st.characters(exclude_categories=["Cs"])))
def test_a_ticket_gives_its_subject_back(subject: str) -> None:
    """Whatever it is; and it may stand in an address."""
    clock = FakeClock()
    ticket = a_ticket(subject, clock=clock)

    assert read_ticket(KEY, ticket, purpose="file", clock=clock) == subject
    assert ticket.replace("-", "").replace("_", "").isalnum()
    assert ticket.isascii()


def test_a_ticket_ends(clock: FakeClock) -> None:
    """To the second."""
    ticket = a_ticket(clock=clock)
    clock.advance(minutes=5, seconds=-1)
    assert read_ticket(KEY, ticket, purpose="file", clock=clock) == "file-1"
    clock.advance(seconds=1)
    assert code_of(ticket, clock=clock) == "ticket_ended"


def test_a_ticket_is_for_one_purpose(clock: FakeClock) -> None:
    """A download's ticket opens no window, nor a purpose that reads like both."""
    assert code_of(a_ticket(clock=clock), purpose="new window", clock=clock) == "ticket_invalid"
    near = a_ticket("\0x", purpose="file", clock=clock)
    assert code_of(near, purpose="file\0", clock=clock) == "ticket_invalid"


def test_another_installation_made_no_ticket_of_ours(clock: FakeClock) -> None:
    """Changing the secret key ends every ticket."""
    assert code_of(a_ticket(clock=clock), key=KEY + "x", clock=clock) == "ticket_invalid"


def test_no_bit_of_a_ticket_can_be_changed(clock: FakeClock) -> None:
    """Neither subject nor end nor signature."""
    ticket = a_ticket(clock=clock)
    signed = base64.urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))
    for position in range(len(signed) * 8):
        changed = bytearray(signed)
        changed[position // 8] ^= 1 << position % 8
        forged = base64.urlsafe_b64encode(changed).decode().rstrip("=")
        assert code_of(forged, clock=clock) == "ticket_invalid"


@pytest.mark.parametrize(
    "ticket",
    [
        "",
        "=",
        "A",
        "AAAA",
        "A" * 40,
        "not a ticket",
        "../../etc/passwd",
        "\0",
        "ٱلسَّلَام",
        "\ud800",
        "a" * 1_000_000,
        "{ticket} ",
        " {ticket}",
        "{ticket}A",
        "{ticket}\n",
    ],
)
def test_hostile_tickets_are_refused(clock: FakeClock, ticket: str) -> None:
    """Each with the same error of ours, a real one with something around it too."""
    ticket = ticket.replace("{ticket}", a_ticket(clock=clock))

    assert code_of(ticket, clock=clock) == "ticket_invalid"


@given(ticket=st.text(max_size=80))
def test_nothing_is_a_ticket_by_chance(ticket: str) -> None:
    """No text at all raises anything but our own error."""
    assert code_of(ticket, clock=FakeClock()) == "ticket_invalid"
