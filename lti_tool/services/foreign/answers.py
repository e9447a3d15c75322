"""What issuers answered a moment ago: many credentials have one issuer, which is asked once."""

from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from copy import copy
from threading import Lock

from badges.errors import ResolutionError
from lti_tool.services.fetching import NotAskedError

AT_MOST_BYTES = 32 * 1024 * 1024
BESIDE_BYTES = 1024
"""What an answer takes beside itself and its name, generously."""


class Answers:
    """Answers of issuers, or that they gave none, in bounded memory: used again or forgotten.

    What was not asked for the longest is forgotten first. Of several threads that want the
    same, one asks and the others wait for its answer; where there is none yet, they ask.
    """

    def __init__(self, at_most_bytes: int = AT_MOST_BYTES) -> None:
        self._at_most = at_most_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[str, str], bytes | ResolutionError] = OrderedDict()
        self._lock = Lock()
        self._turns: dict[tuple[str, str], Lock] = {}

    def get(self, kind: str, uri: str, ask: Callable[[str], bytes]) -> bytes:
        """Return what was answered under a name, of one `kind`; `ask` where it is not known.

        Raises:
            ResolutionError: there was no answer, now or a moment ago.
        """
        name = (kind, uri)
        with self._turn(name):
            answer = self._find(name)
            if answer is None:
                answer = _answer(ask, uri)
                self._keep(name, answer)
        if isinstance(answer, ResolutionError):
            # One that is raised holds on to whatever was at hand there.
            raise copy(answer)
        return answer

    @contextmanager
    def _turn(self, name: tuple[str, str]) -> Generator[None]:
        with self._lock:
            turn = self._turns.setdefault(name, Lock())
        try:
            with turn:
                yield
        finally:
            with self._lock:
                self._turns.pop(name, None)

    def _find(self, name: tuple[str, str]) -> bytes | ResolutionError | None:
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def _keep(self, name: tuple[str, str], answer: bytes | ResolutionError) -> None:
        with self._lock:
            if name in self._kept:
                return
            self._kept[name] = answer
            self._bytes += _size(name, answer)
            while self._bytes > self._at_most:
                self._bytes -= _size(*self._kept.popitem(last=False))


def _answer(ask: Callable[[str], bytes], uri: str) -> bytes | ResolutionError:
    try:
        return ask(uri)
    except NotAskedError:
        # What one credential had no time for, the next one may have.
        raise
    except ResolutionError as error:
        return copy(error)


def _size(name: tuple[str, str], answer: bytes | ResolutionError) -> int:
    taken = len(answer) if isinstance(answer, bytes) else 0
    return taken + len(name[1]) + BESIDE_BYTES
