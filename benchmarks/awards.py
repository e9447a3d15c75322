"""The award as a whole, and the signatures in it beside raw ones by the same keys."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from badges.proof import add_data_integrity_proof, sign_vc_jwt, verify_data_integrity_proof
from benchmarks.installation import Installation
from benchmarks.measuring import Case, Operation
from benchmarks.web import BARE
from keys.signing import Algorithm
from lti_tool.services.releasing import release_decision
from tests.demo_course import Waiting

AWARDS = 10
"""In one turn; each needs an attempt of its own."""
SIGNATURES = 30
RAW = 200
"""Operations of the quick kinds in one turn."""
PROOF_BYTES = 64
"""What a Data Integrity proof signs: two hashes."""


def make_cases(here: Installation) -> list[Case]:
    """Return the award, and what it signs and verifies."""
    ed25519, rsa = here.ring.current(Algorithm.ED25519), here.ring.current(Algorithm.RS256)
    signed = json.loads(here.credential.document)
    unsigned = {name: value for name, value in signed.items() if name != "proof"}
    created = here.credential.issued_at
    proof_input = bytes(PROOF_BYTES)
    signature = ed25519.sign(proof_input)
    token_input = here.credential.token.rpartition(b".")[0]
    # The first has the badge already, and the last one is for the scoring page.
    waiting = iter(here.work.waiting[1:-1])
    return [
        Case(name="award", peer=BARE, count=AWARDS, prepare=partial(_releases, here, waiting)),
        _repeated(
            "Data Integrity sign",
            partial(add_data_integrity_proof, unsigned, ed25519, created=created),
            peer="raw Ed25519 sign",
        ),
        _repeated(
            "Data Integrity verify",
            partial(verify_data_integrity_proof, signed, ed25519.public),
            peer="raw Ed25519 verify",
        ),
        _repeated("VC-JWT sign", partial(sign_vc_jwt, unsigned, rsa), peer="raw RS256 sign"),
        _repeated("raw Ed25519 sign", partial(ed25519.sign, proof_input)),
        _repeated("raw Ed25519 verify", partial(ed25519.public.verify, signature, proof_input)),
        _repeated("raw RS256 sign", partial(rsa.sign, token_input)),
    ]


def _releases(here: Installation, waiting: Iterator[Waiting], count: int) -> Sequence[Operation]:
    """Return the next releases: each judges, reserves, signs twice, verifies and stores."""
    return [
        partial(
            release_decision,
            here.runtime.issuing,
            here.work.assessors[0],
            one.attempt_id,
            inputs_hash=one.inputs_hash,
        )
        for one in islice(waiting, count)
    ]


def _repeated(name: str, operate: Operation, *, peer: str = "") -> Case:
    return Case(
        name=name,
        peer=peer or name,
        count=SIGNATURES if peer else RAW,
        prepare=lambda count: [operate] * count,
    )
