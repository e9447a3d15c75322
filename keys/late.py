"""Modules that are imported when something of them is first used, or used often.

Of the cryptography library, RSA, P-256 and files of keys take longer to import than a badge
with an embedded proof takes to verify, and it needs none of them. A type checker is told by
an import of its own:

    if TYPE_CHECKING:
        from cryptography.hazmat.primitives.asymmetric import rsa
    else:
        rsa = LateModule("cryptography.hazmat.primitives.asymmetric.rsa")
"""

from importlib import import_module
from typing import Any


class LateModule:
    """Stands for the module `name`, and looks like it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> object:
        value = getattr(import_module(self._name), name)
        # The next time it is an attribute like any other.
        setattr(self, name, value)
        return value


class FrequentModule:
    """A module that takes longer to import than it saves in a few uses.

    Args:
        name: Which module.
        after: How many times `get` returns none.
    """

    def __init__(self, name: str, *, after: int) -> None:
        self._name = name
        self._left = after
        self.loaded: Any = None
        """The module, once it was imported."""

    def get(self) -> Any:  # noqa: ANN401 - a module
        """Return the module, or None while it was asked for a few times only."""
        if self.loaded is None:
            self._left -= 1
            if self._left < 0:
                return self.load()
        return self.loaded

    def load(self) -> Any:  # noqa: ANN401 - a module
        """Return the module, whatever it takes to import it."""
        if self.loaded is None:
            self.loaded = import_module(self._name)
        return self.loaded
