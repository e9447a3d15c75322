"""Another master key: everything that the former one sealed is sealed anew, or nothing is."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from keys.errors import SealError
from keys.sealing import MasterKey
from keys.sealing import reseal as reseal_value
from lti_tool.errors import ConflictError
from lti_tool.services import keyring, ports
from lti_tool.services.rotating import KeyParts, forget_spent, note
from lti_tool.store import keys as key_rows
from lti_tool.store import tokens
from lti_tool.store.rows import ServiceTokenRow, SigningKeyRow


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A row that holds a sealed value, what that is bound to, and how people name it."""

    row: SigningKeyRow | ServiceTokenRow
    purpose: str
    subject_id: str
    name: str


def reseal(session: Session, parts: KeyParts, *, old: MasterKey) -> int:
    """Seal with the parts' master key what `old` sealed; return how many values it seals now.

    Said twice it changes nothing. What is worth nothing any more is not sealed but
    deleted: private halves that sign no more, and tokens that have expired.

    Raises:
        ConflictError: something opens with neither. Nothing may be written then.
    """
    forget_spent(session, clock=parts.clock, new_id=parts.new_id)
    tokens.delete_expired_tokens(session, now=parts.clock())
    found, unopened = tuple(_list_sealed(session)), []
    for one in found:
        try:
            one.row.sealed = reseal_value(
                one.row.sealed,
                old=old,
                new=parts.master_key,
                purpose=one.purpose,
                subject_id=one.subject_id,
                random_bytes=parts.random_bytes,
            )
        except SealError:
            unopened.append(one.name)
    if unopened:
        names = "\n".join(f"  - {name}" for name in unopened)
        raise ConflictError(
            f"neither master key opens these, so nothing was changed:\n{names}",
            code="not_opened",
        )
    note(session, parts, None, "key.resealed", f"{len(found)} values")
    return len(found)


def _list_sealed(session: Session) -> Iterator[_Sealed]:
    for key in key_rows.list_all_keys(session, locks=True):
        if key.sealed:
            yield _Sealed(key, keyring.PURPOSE, key.id, f"key {key.id}")
    for token in tokens.list_tokens(session):
        subject_id = ports.token_id(token.registration_id, token.scopes)
        name = f"access token of platform {token.registration_id}"
        yield _Sealed(token, ports.PURPOSE, subject_id, name)
