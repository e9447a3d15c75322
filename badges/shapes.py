"""Our schemas of credentials, asked once about what many documents say alike."""

from functools import cache
from typing import Any

from badges.memo import Memo, content_key
from rubrics.acceptance import DocumentSchema

_ACCEPTED: Memo[bool] = Memo(most=4_000_000)
# What stands for an achievement that was accepted before: all that each has to have.
_SOME_ACHIEVEMENT = {
    "id": "https://example.org/achievement",
    "type": ["Achievement"],
    "achievementType": "MicroCredential",
    "name": "N",
    "description": "D",
    "version": "1",
    "inLanguage": "en",
    "creator": {
        "id": "https://example.org/",
        "type": ["Profile"],
        "name": "N",
        "url": "https://example.org/",
    },
    "image": {"id": "https://example.org/image", "type": "Image", "caption": "C"},
    "criteria": {"id": "https://example.org/criteria", "narrative": "N"},
}


def check_shape(document: Any, schema: str) -> dict[str, Any]:  # noqa: ANN401 - untrusted
    """Return a credential once a schema accepts it, by its file; an achievement is seen once.

    The schemas say what an achievement is, wherever one stands, and nothing that depends on
    what one says. So of a document whose achievement was accepted with another one, only the
    rest is left to look at. Whatever is refused is refused by the whole schema.

    Raises:
        InvalidDocumentError: as `DocumentSchema.check`.
    """
    checked, subject = _schema(schema), document.get("credentialSubject")
    achievement = subject.get("achievement") if isinstance(subject, dict) else None
    key = content_key(achievement) if isinstance(achievement, dict) else None
    if key is not None and _ACCEPTED.find((schema, key)):
        rest = {**document, "credentialSubject": {**subject, "achievement": _SOME_ACHIEVEMENT}}
        if checked.accepts(rest):
            accepted: dict[str, Any] = document
            return accepted
    accepted = checked.check(document)
    if key is not None:
        _ACCEPTED.keep((schema, key), value=True, size=len(key))
    return accepted


@cache
def _schema(name: str) -> DocumentSchema:
    return DocumentSchema((("badges.schemas", name),))
