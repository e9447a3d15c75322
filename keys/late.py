"""Modules that are imported when something of them is first used.

Of the cryptography library, RSA, P-256 and files of keys take longer to import than a badge
with an embedded proof takes to verify, and it needs none of them. A type checker is told by
an import of its own:

    if TYPE_CHECKING:
        from cryptography.hazmat.primitives.asymmetric import rsa
    else:
        rsa = LateModule("cryptography.hazmat.primitives.asymmetric.rsa")
"""

from importlib import import_module


class LateModule:
    """Stands for the module `name`, and looks like it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> object:
        value = getattr(import_module(self._name), name)
        # The next time it is an attribute like any other.
        setattr(self, name, value)
        return value
