"""Document <-> what a learner hands in, part by part.

The `…_from` functions take what a schema has accepted already.
"""

from rubrics.definition import Accepted
from rubrics.documents import without_empty
from rubrics.form import (
    ArtefactKind,
    ArtefactRequirement,
    Attestation,
    Coverage,
    Log,
    Prompt,
    WordPool,
)


def prompt_document(prompt: Prompt) -> dict[str, object]:
    """Return the document of a prompt."""
    return without_empty(
        {
            "id": prompt.id,
            "title": prompt.title,
            "help": prompt.help,
            "minimum_words": prompt.minimum_words,
            "maximum_words": prompt.maximum_words,
            "required": prompt.required,
            "criterion_id": prompt.criterion_id,
        }
    )


def prompt_from(accepted: Accepted) -> Prompt:
    """Return the prompt of an accepted document."""
    return Prompt(**accepted)


def word_pool_document(pool: WordPool) -> dict[str, object]:
    """Return the document of a word pool."""
    return without_empty(
        {
            "id": pool.id,
            "title": pool.title,
            "prompt_ids": list(pool.prompt_ids),
            "minimum_words": pool.minimum_words,
            "maximum_words": pool.maximum_words,
        }
    )


def word_pool_from(accepted: Accepted) -> WordPool:
    """Return the word pool of an accepted document."""
    return WordPool(**(accepted | {"prompt_ids": tuple(accepted["prompt_ids"])}))


def artefact_requirement_document(requirement: ArtefactRequirement) -> dict[str, object]:
    """Return the document of an artefact requirement."""
    return without_empty(
        {
            "id": requirement.id,
            "title": requirement.title,
            "help": requirement.help,
            "kinds": [str(kind) for kind in requirement.kinds],
            "minimum_count": requirement.minimum_count,
            "media_types": list(requirement.media_types),
            "maximum_bytes": requirement.maximum_bytes,
            "minimum_seconds": requirement.minimum_seconds,
            "maximum_seconds": requirement.maximum_seconds,
            "tolerance_seconds": requirement.tolerance_seconds or None,
            "attestations": [{"id": one.id, "text": one.text} for one in requirement.attestations],
            "criterion_id": requirement.criterion_id,
        }
    )


def artefact_requirement_from(accepted: Accepted) -> ArtefactRequirement:
    """Return the artefact requirement of an accepted document."""
    values = accepted | {
        "kinds": tuple(ArtefactKind(kind) for kind in accepted["kinds"]),
        "media_types": tuple(accepted.get("media_types", ())),
        "attestations": tuple(Attestation(**one) for one in accepted.get("attestations", ())),
    }
    return ArtefactRequirement(**values)


def coverage_document(coverage: Coverage) -> dict[str, object]:
    """Return the document of a coverage."""
    return without_empty(
        {
            "id": coverage.id,
            "title": coverage.title,
            "criterion_id": coverage.criterion_id,
            "minimum_per_family": coverage.minimum_per_family,
            "sources": list(coverage.sources),
        }
    )


def coverage_from(accepted: Accepted) -> Coverage:
    """Return the coverage of an accepted document."""
    return Coverage(**(accepted | {"sources": tuple(accepted.get("sources", ()))}))


def log_document(log: Log) -> dict[str, object]:
    """Return the document of a log."""
    return without_empty(
        {
            "id": log.id,
            "title": log.title,
            "help": log.help,
            "minimum_entries": log.minimum_entries or None,
            "minimum_minutes": log.minimum_minutes or None,
            "asks_person": log.asks_person or None,
            "criterion_id": log.criterion_id,
        }
    )


def log_from(accepted: Accepted) -> Log:
    """Return the log of an accepted document."""
    return Log(**accepted)
