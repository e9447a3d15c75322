"""What issuers answered a moment ago: many credentials have one issuer, which is asked once."""

from collections import OrderedDict
from collections.abc import Callable
from copy import copy

from badges.errors import ResolutionError
from lti_tool.services.fetching import NotAskedError

AT_MOST_BYTES = 32 * 1024 * 1024
BESIDE_BYTES = 1024
"""What an answer takes beside itself and its name, generously."""


class Answers:
    """Answers of issuers, or that they gave none, in bounded memory: used again or forgotten.

    What was not asked for the longest is forgotten first. For one thread.
    """

    def __init__(self, at_most_bytes: int = AT_MOST_BYTES) -> None:
        self._at_most = at_most_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[str, str], bytes | ResolutionError] = OrderedDict()

    def get(self, kind: str, uri: str, ask: Callable[[str], bytes]) -> bytes:
        """Return what was answered under a name, of one `kind`; `ask` where it is not known.

        Raises:
            ResolutionError: there was no answer, now or a moment ago.
        """
        name = (kind, uri)
        if name in self._kept:
            self._kept.move_to_end(name)
            answer = self._kept[name]
        else:
            answer = self._kept[name] = _answer(ask, uri)
            self._bytes += _size(name, answer)
            self._forget()
        if isinstance(answer, ResolutionError):
            # One that is raised holds on to whatever was at hand there.
            raise copy(answer)
        return answer

    def _forget(self) -> None:
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
