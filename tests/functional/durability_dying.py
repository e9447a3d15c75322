"""Work that is killed at a chosen step, again and again.

The steps are counted at boundaries that the caller owns: every statement that
writes, every commit, every use of a signing key, every call to a platform (on
its way out and on its way back), and the end. Just before the chosen one the
process kills itself as `kill -9` would: nothing is closed, undone or said.
Between two steps nothing changes that outlives the process.

Run as a module, this is the process that loads the tool once and forks for
each try; it has no threads, so that forking is sound.
"""

import os
import pickle
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, cast

from sqlalchemy import event
from sqlalchemy.orm import Session

from keys.ring import HeldKey, KeyRing
from keys.signing import Algorithm
from lti_tool.app import make_runtime
from lti_tool.config import Settings
from lti_tool.lti.http import Answer, GuardedSession
from lti_tool.runtime import Runtime
from lti_tool.services.keyring import RingCache
from lti_tool.store.rows import IssuerRow
from lti_tool.values import Clock

Work = Callable[[Runtime], object]
ROOT = Path(__file__).resolve().parents[2]
STEPS_AT_MOST = 100


@dataclass(eq=False)
class Fuse:
    """Counts steps, and kills this process just before the chosen one."""

    burns_at: int
    steps: int = 0

    def step(self, *_: object) -> None:
        """Take a step."""
        self.steps += 1
        if self.steps == self.burns_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        """Take a step if the statement writes."""
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            self.step()


class CountedRing(KeyRing):
    """A ring whose keys sign at the price of a step."""

    fuse: Fuse

    def current(self, *algorithms: Algorithm) -> HeldKey:
        """Return the key that is about to sign."""
        self.fuse.step()
        return super().current(*algorithms)


class CountedRings(RingCache):
    """The rings of another cache, counted."""

    def __init__(self, rings: RingCache, fuse: Fuse) -> None:
        self._counted = rings
        self._fuse = fuse

    def load(self, session: Session, issuer: IssuerRow) -> KeyRing:
        """Return a ring that counts."""
        ring = CountedRing(self._counted.load(session, issuer).keys)
        # Rings are frozen; this one is told once whom to call.
        object.__setattr__(ring, "fuse", self._fuse)
        return ring


class CountedSession(GuardedSession):
    """Calls to platforms at the price of two steps."""

    def __init__(self, private_hosts: frozenset[str], fuse: Fuse) -> None:
        super().__init__(private_hosts=private_hosts)
        self._fuse = fuse

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | Mapping[str, str] | None = None,
        follows_redirects: bool = False,
    ) -> Answer:
        """Send one request and return its answer."""
        self._fuse.step()
        answer = super().exchange(
            method, url, headers=headers, data=data, follows_redirects=follows_redirects
        )
        self._fuse.step()
        return answer


def deaths(settings: Settings, clock: Clock, work: Work) -> Iterator[int]:
    """Do `work` in a process that dies at its first step, then at its second, until it ends.

    Yields each step after the death there. `work` and `clock` travel to the
    process by pickle.
    """
    with subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", __name__], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        asks, answers = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        pickle.dump((settings, clock, work), asks)
        for step in range(1, STEPS_AT_MOST):
            pickle.dump(step, asks)
            asks.flush()
            answer = answers.readline().decode().strip()
            if answer == "ended":
                return
            if answer != "killed":
                raise RuntimeError("the work failed instead of being killed; see above why")
            yield step
    raise RuntimeError("the work never ends")


def _serve() -> None:
    """Fork for each step that is asked for, and say how the child ended."""
    asks = sys.stdin.buffer
    settings, clock, work = pickle.load(asks)  # noqa: S301 - from our own parent
    while True:
        try:
            step = pickle.load(asks)  # noqa: S301 - the same
        except EOFError:
            return
        child = os.fork()
        if child == 0:
            _work_until(step, settings, clock, work)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print({-signal.SIGKILL: "killed", 0: "ended"}.get(status, "failed"), flush=True)  # noqa: T201 - the answer


def _work_until(step: int, settings: Settings, clock: Clock, work: Work) -> None:
    """Do the work in this forked process, which ends here."""
    try:
        runtime, fuse = make_runtime(settings, clock=clock, wake=lambda: None), Fuse(step)
        event.listen(runtime.database.engine, "before_cursor_execute", fuse.statement)
        event.listen(runtime.database.engine, "commit", fuse.step)
        work(
            replace(
                runtime,
                rings=CountedRings(runtime.rings, fuse),
                http=CountedSession(settings.private_hosts, fuse),
            )
        )
        fuse.step()
        os._exit(0)
    finally:
        # Reached by an exception only. The loop of the parent is not this child's.
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    _serve()
