"""What is signed outside a transaction and written in one: only if it is still right by then."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy.orm import Session

from lti_tool.errors import ConflictError
from lti_tool.store import keys

Result = TypeVar("Result")
Given = ParamSpec("Given")
TRIES = 8
"""How often an award is prepared again; each time another one came in between."""


class StackChangedError(ConflictError):
    """Something else follows from the award than what was signed. Nothing was written."""

    code = "stack_changed"


class KeyLostError(StackChangedError):
    """What signed it is believed no more: another key signs now. Nothing was written."""

    code = "changed_meanwhile"


def until_settled(act: Callable[[], Result]) -> Result:
    """Do what awards a badge, and again while other awards come in between.

    Raises:
        StackChangedError: they never ended.
    """
    for _ in range(TRIES - 1):
        try:
            return act()
        except StackChangedError:
            continue
    return act()


def settles(act: Callable[Given, Result]) -> Callable[Given, Result]:
    """Have a function sign and write again while something else comes in between."""

    @wraps(act)
    def settled(*args: Given.args, **named: Given.kwargs) -> Result:
        return until_settled(lambda: act(*args, **named))

    return settled


def hold_keys(session: Session, *key_ids: str | None) -> None:
    """See that keys are believed until the transaction ends that writes what they signed.

    So whoever compromises one finds all that it signed. Programs and earners are locked before.

    Raises:
        KeyLostError: one is compromised.
    """
    found = keys.share_keys(session, {one for one in key_ids if one is not None})
    if any(one.compromised_at is not None for one in found):
        raise KeyLostError("a key was lost meanwhile: try again")
