"""How far one verification may go: what it asks the world, how much it verifies, how deep.

A credential may name and hold others, and whoever made it may mean harm. So one budget
counts for all that is verified with it; nothing is asked for or verified twice.
"""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from badges.binding import Fetched, Naming, Resolver
from badges.errors import ResolutionError
from badges.remembering import Found, Remembers

MAXIMUM_DOCUMENTS = 100
"""A learner record of a whole degree has some 60 courses in it."""
MAXIMUM_QUESTIONS = 60
"""Each may take as long as the fetcher allows."""
MAXIMUM_LEVELS = 4
"""A record, the microcredential in it, a badge of that, an endorsement of the badge."""

_T = TypeVar("_T")


class Reach(Remembers, Generic[_T]):
    """A resolver that remembers answers and refusals, and counts; and what was verified.

    `_T` is what a verified part is remembered as, by the hash of its bytes and its level.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self.found = resolver.found if isinstance(resolver, Remembers) else Found()
        self._answers: dict[tuple[str, str], Fetched | ResolutionError] = {}
        self._documents = 0
        self.verified: dict[tuple[bytes, int], _T] = {}

    def may_verify(self) -> bool:
        """Whether one more document may be verified; counts it."""
        self._documents += 1
        return self._documents <= MAXIMUM_DOCUMENTS

    def did_document(self, did: str) -> Fetched:
        """Return the document of an issuer."""
        return self._ask("did", did, self._resolver.did_document)

    def jwk(self, url: str) -> Fetched:
        """Return the one JWK at `url`."""
        return self._ask("jwk", url, self._resolver.jwk)

    def status_list(self, url: str) -> bytes:
        """Return the status list credential at `url`."""
        return _bytes(self._ask("list", url, self._resolver.status_list))

    def credential(self, url: str, *, named_by: Naming) -> bytes:
        """Return the credential at `url`."""

        def ask(url: str) -> bytes:
            return self._resolver.credential(url, named_by=named_by)

        return _bytes(self._ask(f"credential of {named_by}", url, ask))

    def _ask(self, kind: str, name: str, ask: Callable[[str], Fetched]) -> Fetched:
        key = (kind, name)
        if key not in self._answers:
            if len(self._answers) >= MAXIMUM_QUESTIONS:
                raise ResolutionError("too many questions")
            try:
                self._answers[key] = ask(name)
            except ResolutionError as exc:
                self._answers[key] = exc
        answer = self._answers[key]
        if isinstance(answer, ResolutionError):
            raise answer
        return answer


def _bytes(answer: Fetched) -> bytes:
    if isinstance(answer, Mapping):
        raise ResolutionError("not bytes")
    return answer
