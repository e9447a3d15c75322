"""Errors of the badges package.

BadgesError
├── InvalidDefinitionError      bytes or values that are no definition; names the place
├── DraftError                  a draft does not take an edit; names the place
│   ├── UnknownPlaceError       it has no such place
│   └── FullListError           a list has as many entries as it may have
├── InvalidDraftError           a draft that is no definition yet; lists every finding
├── InvalidPictureError         bytes that are no picture for a badge
├── InvalidOutcomeError         a document that is no trace of an outcome; names the place
├── InvalidPathwayError         values that are no pathway of a stack; names the place
├── NotPublishableError         a definition that lacks something; lists every finding
├── PathwayNotPublishableError  a pathway that lacks something; lists every fault
├── DefinitionStateError        the definition's state does not allow this act
│   ├── PlaceholderDefinitionError   it has not been defined: no act at all
│   ├── UnpublishedDefinitionError   it is still a draft
│   ├── PublishedDefinitionError     it is published (or was): it never changes
│   └── RetiredDefinitionError       it is retired: nobody starts it anew
├── UnknownShippedProgramError  no program of that name comes with the product
├── InvalidCredentialError      a document that must not be signed
├── UntrustedInputError         bytes from outside that are no JSON we read
├── BakingError                 a picture that no credential can be put into or read from
├── ProofError                  a proof that is malformed, or does not fit
├── StatusListError             a status list that cannot be read, or an index outside it
├── ResolutionError             what a credential refers to could not be fetched
├── VerificationError           a credential that is not valid; says which check failed
└── CanonicalizationError       the document has no canonical form that we can vouch for
    ├── UnknownContextError        its `@context` is not one of the pinned lists
    ├── MissingTypeError           a node says what only nodes of some type can say
    ├── UnknownTypeError           a type that its contexts do not know
    ├── ConflictingTypesError      types that cannot stand on one node
    ├── UnknownTermError           a property that its contexts do not know there
    ├── UnsupportedTermError       a property that opens a graph or a scope of its own
    ├── KeywordError               a key that starts with "@", other than the first `@context`
    ├── InvalidIriError            no absolute IRI where one is due
    ├── UnsupportedValueError      a value that its property cannot take
    │   ├── UnknownWordError       not one of the words that its property takes
    │   ├── NullValueError         null
    │   ├── NestedArrayError       an array in an array
    │   └── UnsafeNumberError      a number that JSON readers do not agree on
    ├── ForbiddenCharacterError    text that verifiers escape in different ways
    ├── TooDeepError               nested deeper than any credential is
    ├── WorkBudgetError            made to cost more work than a credential is worth
    └── AmbiguousDocumentError     sound, but verifiers are known to disagree about it
        ├── AlikeNodesError        parts without an id that say the same
        └── SortOrderError         values that some verifiers sort by UTF-16
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from badges.checks import Check, CheckState, Part

if TYPE_CHECKING:
    # Every module of the package imports this one: what a few errors carry is theirs to import.
    from badges.pathway_faults import PathwayFault
    from rubrics.findings import Finding
    from rubrics.marks import Mark


class BadgesError(Exception):
    """Base of every error that this package raises on purpose. `code` is stable."""

    code: ClassVar[str] = "badges_error"


class InvalidDefinitionError(BadgesError):
    """Bytes or values that are no definition of an achievement.

    `place` is the path of keys and positions or ids, empty for the whole; `mark` is
    where it stands in the text that was read.
    """

    code: ClassVar[str] = "definition_invalid"

    def __init__(self, place: str, reason: str, mark: "Mark | None" = None) -> None:
        super().__init__(f"{f'{mark}: ' if mark else ''}{place or 'definition'}: {reason}")
        self.place = place
        self.reason = reason
        self.mark = mark


class DraftError(BadgesError):
    """A draft does not take an edit. `place` is where."""

    code: ClassVar[str] = "draft_error"

    def __init__(self, place: str) -> None:
        super().__init__(f"{place or 'draft'}: {self.code}")
        self.place = place


class UnknownPlaceError(DraftError):
    """The draft has no such place, or none that this edit could be made at."""

    code: ClassVar[str] = "place_unknown"


class FullListError(DraftError):
    """The list of a place has as many entries as it may have, or stands as deep as it may."""

    code: ClassVar[str] = "list_full"


class InvalidDraftError(BadgesError):
    """A draft that is no definition yet; `findings` are all reasons that can be told."""

    code: ClassVar[str] = "draft_invalid"

    def __init__(self, findings: "tuple[Finding, ...]") -> None:
        super().__init__(", ".join(f"{finding.place}: {finding.code}" for finding in findings))
        self.findings = findings


class InvalidPictureError(BadgesError):
    """Bytes that are no picture for a badge.

    `reason` is stable: too_large, not_png, broken, moves, not_square or wrong_size.
    """

    code: ClassVar[str] = "picture_invalid"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidOutcomeError(BadgesError):
    """A document that is no trace of an outcome. `place` as in InvalidDefinitionError."""

    code: ClassVar[str] = "outcome_invalid"

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place or 'outcome'}: {reason}")
        self.place = place
        self.reason = reason


class InvalidPathwayError(BadgesError):
    """Values that are no pathway of a stack. `place` is the value's name."""

    code: ClassVar[str] = "pathway_invalid"

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


class NotPublishableError(BadgesError):
    """A definition that must not be published yet; `findings` are all reasons."""

    code: ClassVar[str] = "definition_not_publishable"

    def __init__(self, findings: "tuple[Finding, ...]") -> None:
        super().__init__(", ".join(f"{finding.place}: {finding.code}" for finding in findings))
        self.findings = findings


class PathwayNotPublishableError(BadgesError):
    """A pathway that must not be published yet; `faults` are all reasons."""

    code: ClassVar[str] = "pathway_not_publishable"

    def __init__(self, faults: "tuple[PathwayFault, ...]") -> None:
        super().__init__(
            ", ".join(f"{one.field}: {one.code} {one.subject}".rstrip() for one in faults)
        )
        self.faults = faults


class DefinitionStateError(BadgesError):
    """The definition's state does not allow this act."""

    code: ClassVar[str] = "definition_state"

    def __init__(self, definition_id: str) -> None:
        super().__init__(f"definition {definition_id!r}: {self.code}")
        self.definition_id = definition_id


class PlaceholderDefinitionError(DefinitionStateError):
    """The achievement has a place in its program and no definition."""

    code: ClassVar[str] = "definition_placeholder"


class UnpublishedDefinitionError(DefinitionStateError):
    """The definition is still a draft."""

    code: ClassVar[str] = "definition_not_published"


class PublishedDefinitionError(DefinitionStateError):
    """The definition is or was published, and a published version never changes."""

    code: ClassVar[str] = "definition_published"


class RetiredDefinitionError(DefinitionStateError):
    """The definition is retired: nobody starts work on it any more."""

    code: ClassVar[str] = "definition_retired"


class UnknownShippedProgramError(BadgesError):
    """No program of that name comes with the product."""

    code: ClassVar[str] = "shipped_program_unknown"

    def __init__(self, name: str) -> None:
        super().__init__(f"no shipped program {name!r}")
        self.name = name


class InvalidCredentialError(BadgesError):
    """A document that must not be signed: it would say something else than we mean.

    `path` is where, as in "credentialSubject/result/0/achievedLevel".
    """

    code: ClassVar[str] = "invalid_credential"

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class UntrustedInputError(BadgesError):
    """Bytes from outside that are no JSON, or JSON of a kind that we do not read.

    `reason` is stable: too_large, not_utf8, not_json, duplicate_key, bad_number,
    too_deep, too_many_values, bad_text or not_an_object.
    """

    code: ClassVar[str] = "untrusted_input"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BakingError(BadgesError):
    """A picture that no credential can be put into or read from.

    `reason` is one of `not_a_picture`, `not_png`, `not_svg`, `runs_scripts`, `too_large`,
    `not_baked`, `several`.
    """

    code: ClassVar[str] = "baking"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ProofError(BadgesError):
    """A proof that is missing, malformed, of another kind, or does not fit its document.

    `reason` is stable, such as "signature" or "claim_iss".
    """

    code: ClassVar[str] = "proof_invalid"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DigestError(BadgesError):
    """A digest that does not fit its bytes, or of a kind that we do not compute.

    `reason` is `no_digest`, `digest_not_supported` or `digest`.
    """

    code: ClassVar[str] = "digest_invalid"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StatusListError(BadgesError):
    """A status list that cannot be read, or an index outside it."""

    code: ClassVar[str] = "status_list_invalid"


class ResolutionError(BadgesError):
    """A DID document, key or status list could not be fetched. Raised by resolvers."""

    code: ClassVar[str] = "unreachable"


class NotPublicError(ResolutionError):
    """Whoever holds it does not show it to the world. Raised by resolvers."""

    code: ClassVar[str] = "not_public"


class CanonicalizationError(BadgesError):
    """The document has no canonical form that we can vouch for.

    `pointer` is the JSON pointer (RFC 6901) of the place, "" for the whole document. The message
    names keys and types, never values: those may be personal.
    """

    code: ClassVar[str] = "canonicalization"

    def __init__(self, message: str, *, pointer: str = "") -> None:
        super().__init__(f"{message} (at {pointer[:200]})" if pointer else message)
        self.pointer = pointer


class UnknownContextError(CanonicalizationError):
    """The `@context` is not one of the pinned lists, in their order."""

    code = "unknown_context"


class ConflictingContextsError(CanonicalizationError):
    """An embedded document has contexts that are not pinned together with those around it."""

    code = "conflicting_contexts"


class MissingTypeError(CanonicalizationError):
    """The node says something that only nodes of some type can say, or is the document itself."""

    code = "missing_type"


class UnknownTypeError(CanonicalizationError):
    """The contexts of the document do not know this type."""

    code = "unknown_type"


class ConflictingTypesError(CanonicalizationError):
    """Two types of one node both define a term."""

    code = "conflicting_types"


class UnknownTermError(CanonicalizationError):
    """The contexts do not know this property on a node of these types: it would go unsigned."""

    code = "unknown_term"


class UnsupportedTermError(CanonicalizationError):
    """The property opens a graph, a scope or a JSON value of its own."""

    code = "unsupported_term"


class KeywordError(CanonicalizationError):
    """A key starts with "@" and is not the `@context` of the document."""

    code = "keyword"


class InvalidIriError(CanonicalizationError):
    """There is no absolute IRI where one is due."""

    code = "invalid_iri"


class UnsupportedValueError(CanonicalizationError):
    """The property cannot take a value of this kind."""

    code = "unsupported_value"


class UnknownWordError(UnsupportedValueError):
    """The property takes a few words only, and this is none of them."""

    code = "unknown_word"


class NullValueError(UnsupportedValueError):
    """Null would go unsigned."""

    code = "null_value"


class NestedArrayError(UnsupportedValueError):
    """An array stands in an array, or where one value only is due."""

    code = "nested_array"


class UnsafeNumberError(UnsupportedValueError):
    """JSON readers do not agree on this number: a fraction, or beyond 2^53."""

    code = "unsafe_number"


class ForbiddenCharacterError(CanonicalizationError):
    """Verifiers escape a character of this text in different ways."""

    code = "forbidden_character"


class TooDeepError(CanonicalizationError):
    """The document is nested deeper than any credential is."""

    code = "too_deep"


class WorkBudgetError(CanonicalizationError):
    """The document takes more work than it may."""

    code = "work_budget"


class AmbiguousDocumentError(CanonicalizationError):
    """The document is sound, but verifiers are known to disagree about it: do not sign it."""

    code = "ambiguous_document"


class AlikeNodesError(AmbiguousDocumentError):
    """Parts without an id say the same, so that only hard work tells them apart."""

    code = "alike_nodes"


class SortOrderError(AmbiguousDocumentError):
    """Some verifiers sort these values by UTF-16 and not by code point."""

    code = "sort_order"


class GenericReadingError(BadgesError):
    """A generic JSON-LD processor reads a document in another way than we do."""

    code: ClassVar[str] = "generic_reading"


class MissingReaderError(BadgesError):
    """The packages for a second reading are not installed, or not those that we know."""

    code: ClassVar[str] = "no_generic_reader"


class VerificationError(BadgesError):
    """A credential that is not valid, or could not be shown to be.

    `checks` are all checks, made or not, `parts` the credentials that belong to it.
    `document` is the credential when its proof holds, as that of a revoked one does;
    otherwise nobody stands behind its words.
    """

    code: ClassVar[str] = "not_valid"

    def __init__(
        self,
        checks: tuple[Check, ...],
        *,
        document: Mapping[str, object] | None = None,
        parts: tuple[Part, ...] = (),
    ) -> None:
        failed = [check for check in checks if check.state is CheckState.FAILED]
        super().__init__(", ".join(f"{check.name}: {check.code}" for check in failed))
        self.checks = checks
        self.document = document
        self.parts = parts
