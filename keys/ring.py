"""The keys of one issuer, or of the tool, as loaded: which signs now, which are only listed."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from keys.errors import InvalidKeyError, UnknownKeyError
from keys.signing import Algorithm, PublicKey, SigningKey


class KeyState(StrEnum):
    """Where a key is in its life; it only ever moves down this list."""

    NEXT = "next"
    """Listed already, so that everybody knows it by the time it signs."""
    CURRENT = "current"
    """Signs, and is listed."""
    RETIRED = "retired"
    """Signs no more; stays listed for ever, because what it signed stays valid."""
    COMPROMISED = "compromised"
    """Somebody else may hold it: nothing that it signed is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKey:
    """One key with the name that its signatures carry.

    `id` is what goes into `verificationMethod` or `kid`. `signing` is there for a
    current key that was unsealed, `revoked_at` for a compromised one: since when
    somebody else may have signed with it.
    """

    id: str
    public: PublicKey
    state: KeyState = KeyState.CURRENT
    revoked_at: datetime | None = None
    signing: SigningKey | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.signing is not None and self.signing.public != self.public:
            raise InvalidKeyError("the two halves belong to different keys")
        if self.signing is not None and self.state is not KeyState.CURRENT:
            raise InvalidKeyError(f"a {self.state} key keeps no private half")

    @property
    def algorithm(self) -> Algorithm:
        """What the key signs with."""
        return self.public.algorithm

    def sign(self, data: bytes) -> bytes:
        """Return the key's signature of `data`.

        Raises:
            UnknownKeyError: the private half is not loaded.
        """
        if self.signing is None:
            raise UnknownKeyError("this key cannot sign: its private half is not loaded")
        return self.signing.sign(data)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of one issuer or of the tool; at most one current key for each algorithm."""

    keys: tuple[HeldKey, ...]

    def __post_init__(self) -> None:
        if len({key.id for key in self.keys}) != len(self.keys):
            raise InvalidKeyError("two keys of the ring have the same id")
        current = [key.algorithm for key in self.keys if key.state is KeyState.CURRENT]
        if len(set(current)) != len(current):
            raise InvalidKeyError("two keys of the ring are current for the same algorithm")

    @property
    def trusted(self) -> tuple[HeldKey, ...]:
        """The keys whose signatures are believed: all but the compromised ones."""
        return tuple(key for key in self.keys if key.state is not KeyState.COMPROMISED)

    def current(self, *algorithms: Algorithm) -> HeldKey:
        """Return the key that signs now with one of `algorithms`.

        Raises:
            UnknownKeyError: there is none.
        """
        for key in self.keys:
            if key.state is KeyState.CURRENT and key.algorithm in algorithms:
                return key
        raise UnknownKeyError(f"no current {' or '.join(algorithms)} key")
