"""Questions to the world when too many are under way."""

from dataclasses import dataclass, field

import pytest

from lti_tool.errors import PlatformUnavailableError
from lti_tool.lti.http import Answer, GuardedSession
from lti_tool.services.fetching import FetchingResolver, NotAskedError

URL = "https://badges.example.edu/status/1"


@dataclass
class Crowd(GuardedSession):
    """Has a turn only after so many looks."""

    looks: int
    asked: list[str] = field(default_factory=list)

    def exchange(self, method: str, url: str, **_: object) -> Answer:
        """Answer, or refuse as the session does."""
        self.asked.append(url)
        if len(self.asked) <= self.looks:
            raise PlatformUnavailableError(code="busy")
        return Answer(status=200, headers={}, body=method.encode())


def test_whoever_waits_gets_a_turn() -> None:
    """As soon as there is one."""
    crowd = Crowd(looks=2)

    assert FetchingResolver(crowd, waits=True).status_list(URL) == b"GET"
    assert crowd.asked == [URL] * 3


def test_nobody_waits_longer_than_a_verification_lasts() -> None:
    """And it is said that nobody was asked."""
    ticks = iter((0.0, 1.0, 2.0, 31.0))
    resolver = FetchingResolver(Crowd(looks=99), waits=True, timer=lambda: next(ticks))

    with pytest.raises(NotAskedError, match="no time left"):
        resolver.status_list(URL)


def test_a_stranger_is_not_kept_waiting() -> None:
    """A thread that waits is one that answers nobody."""
    crowd = Crowd(looks=1)

    with pytest.raises(NotAskedError, match="busy"):
        FetchingResolver(crowd).status_list(URL)
    assert crowd.asked == [URL]
