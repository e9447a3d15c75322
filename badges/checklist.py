"""Collects the outcomes of checks while a verification goes on."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from badges.checks import EVERY_CREDENTIAL, Check, CheckName, CheckState, Part
from badges.errors import VerificationError

# Facts come from outside and end on pages: a URL fits, a novel does not.
_MAXIMUM_FACT = 500
# What counts for the whole, the worst first.
_GRAVITY = (CheckState.FAILED, CheckState.WARNED, CheckState.NOT_CHECKED, CheckState.PASSED)

_T = TypeVar("_T")


class CheckFailedError(Exception):
    """A check came out against the credential. Becomes a `Check`, and never leaves `Checklist`."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Checklist:
    """All checks of one verification; what was not reached stays not checked.

    `document` is set as soon as the proof holds: then also the error may show it.
    """

    def __init__(self) -> None:
        self._checks = {
            name: Check(name=name, state=CheckState.NOT_CHECKED, code="not_reached")
            for name in EVERY_CREDENTIAL
        }
        self.parts: tuple[Part, ...] = ()
        self.document: Mapping[str, object] | None = None

    def require(self, name: CheckName, check: Callable[[], _T], **facts: str) -> _T:
        """Return what `check` returns.

        Raises:
            VerificationError: it failed, and nothing after it makes sense.
        """
        try:
            value = check()
        except CheckFailedError as failed:
            self._record(name, CheckState.FAILED, failed.code, facts | failed.facts)
            raise self._error() from failed
        self._record(name, CheckState.PASSED, "ok", facts)
        return value

    def note(self, name: CheckName, check: Callable[[], None], **facts: str) -> None:
        """Record how `check` comes out and go on: the checks after it say more."""
        try:
            check()
        except CheckFailedError as failed:
            self._record(name, CheckState.FAILED, failed.code, facts | failed.facts)
        else:
            self._record(name, CheckState.PASSED, "ok", facts)

    def skip(self, name: CheckName, code: str) -> None:
        """Record that there was nothing to check."""
        self._record(name, CheckState.NOT_CHECKED, code, {})

    def caution(self, name: CheckName, code: str, **facts: str) -> None:
        """Record what takes nothing from the credential and should be known all the same."""
        self._record(name, CheckState.WARNED, code, facts)

    def add_parts(self, name: CheckName, parts: tuple[Part, ...]) -> None:
        """Record parts that were verified on their own; the gravest of them counts."""
        self.parts += parts
        # What somebody is called elsewhere is no fault, and must not hide one.
        gravest = min(
            parts, key=lambda part: (_GRAVITY.index(part.state), part.code == "another_subject")
        )
        facts = {"part": gravest.id} if gravest.state is not CheckState.PASSED else {}
        self._record(name, gravest.state, gravest.code, facts)

    def finish(self) -> tuple[Check, ...]:
        """Return all checks.

        Raises:
            VerificationError: one of them failed.
        """
        error = self._error()
        if any(check.state is CheckState.FAILED for check in error.checks):
            raise error
        return error.checks

    def _error(self) -> VerificationError:
        checks = tuple(self._checks.values())
        return VerificationError(checks, document=self.document, parts=self.parts)

    def _record(
        self, name: CheckName, state: CheckState, code: str, facts: Mapping[str, str]
    ) -> None:
        cut = {fact: value[:_MAXIMUM_FACT] for fact, value in facts.items()}
        self._checks[name] = Check(name=name, state=state, code=code, facts=cut)
