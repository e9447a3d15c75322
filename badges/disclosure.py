"""What a credential discloses: another form of it says less, under an id of its own. Pure.

A form is of the same award and shares its status entry, so revoking one revokes both.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from badges.errors import InvalidCredentialError
from badges.instants import format_instant
from badges.untrusted import parse_object

WITHOUT_LEVELS = (
    "The badge was earned by the award rule in its criteria. Its earner shows it here without "
    "the result in each competency."
)
"""Says in the form itself why there are no results."""


def has_levels(document: Mapping[str, object]) -> bool:
    """Whether a credential says how each competency was rated."""
    subject: Any = document["credentialSubject"]
    return bool(subject.get("result"))


def without_levels(document: bytes, *, id_: str, valid_from: datetime) -> dict[str, object]:
    """Return a signed credential as it has to be signed to say that it was earned, and no more.

    Args:
        document: The credential with its results and its proof, as stored.
        id_: The form's own id: results hang on the credential's, which the form never names.
        valid_from: From when the form is valid.

    Raises:
        InvalidCredentialError: it has no results to leave out.
    """
    return _without_results(document, id_) | {"validFrom": format_instant(valid_from)}


def says_the_same(form: bytes, document: bytes) -> bool:
    """Whether a signed form says what the credential says by now, apart from the levels."""
    parsed: dict[str, Any] = parse_object(form)
    return _constant(parsed) == _constant(_without_results(document, parsed["id"]))


def _without_results(document: bytes, id_: str) -> dict[str, object]:
    parsed: dict[str, Any] = parse_object(document)
    if not has_levels(parsed):
        raise InvalidCredentialError("it says nothing about levels that could be left out")
    subject = {
        name: value for name, value in parsed["credentialSubject"].items() if name != "result"
    }
    return {name: value for name, value in parsed.items() if name != "proof"} | {
        "id": id_,
        "credentialSubject": subject | {"narrative": WITHOUT_LEVELS},
    }


def _constant(document: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in document.items() if name not in {"proof", "validFrom"}}
