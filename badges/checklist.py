"""Collects the outcomes of checks while a verification goes on."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from badges.checks import Check, CheckName, CheckState
from badges.errors import VerificationError

# Facts come from outside and end on pages: a URL fits, a novel does not.
_MAXIMUM_FACT = 500

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
            for name in CheckName
        }
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
        return VerificationError(tuple(self._checks.values()), document=self.document)

    def _record(
        self, name: CheckName, state: CheckState, code: str, facts: Mapping[str, str]
    ) -> None:
        cut = {fact: value[:_MAXIMUM_FACT] for fact, value in facts.items()}
        self._checks[name] = Check(name=name, state=state, code=code, facts=cut)
