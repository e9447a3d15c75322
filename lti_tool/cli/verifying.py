"""What `quatrefoil verify` does and prints. Imports what most badges need, and the rest late."""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from badges.binding import Fetched, Naming, Resolver
from badges.checks import Check, CheckName, CheckState, Part, PartKind
from badges.errors import BakingError, GenericReadingError, MissingReaderError
from badges.lettering import clean
from badges.untrusted import parse_object
from lti_tool.errors import InvalidInputError, PlatformError
from lti_tool.services.examining import Report, examine

if TYPE_CHECKING:
    from pathlib import Path

PICTURE_BYTES = 5_000_000
"""As much as `badges.png` reads."""
WORDS = {
    CheckName.PARSE: "It can be read",
    CheckName.CONTEXT: "Every term in it has one known meaning",
    CheckName.SHAPE: "It has the shape of an Open Badge",
    CheckName.KEY: "Its issuer vouches for the key",
    CheckName.PROOF: "Nothing was changed since it was signed",
    CheckName.DATES: "It is within its dates",
    CheckName.STATUS: "It has not been revoked",
    CheckName.PARTS: "What it rests on or holds is there, and holds",
    CheckName.ASSOCIATIONS: "What it says of achievements is about such as are in it",
    CheckName.ENDORSEMENTS: "Whoever it says endorses it, does",
    CheckName.BINDING: "It is what the credential around it names",
}
KINDS = {
    PartKind.COMPONENT: "rests on",
    PartKind.EMBEDDED: "holds",
    PartKind.ENDORSEMENT: "endorsed by",
}
HOLDS = frozenset({"valid", "part_lost"})
PICTURE_WORDS = {
    "not_a_picture": "this is no picture that can hold a badge",
    "not_png": "this PNG picture is damaged",
    "not_svg": "this is no SVG picture, or it is damaged",
    "runs_scripts": "this picture could run code, so it was not opened",
    "too_large": "this picture is too large for a badge",
    "not_baked": "there is no badge in this picture; download it where it was earned",
    "several": "there is more than one badge in this picture",
}
ALLOW = ": is it on a private address, or not https? Allow its host with --allow-host."
MARKS = {
    CheckState.PASSED: "ok   ",
    CheckState.FAILED: "FAIL ",
    CheckState.WARNED: "note ",
    CheckState.NOT_CHECKED: "-    ",
}


class World:
    """Whoever has what a badge refers to. The client is imported when somebody is asked.

    Args:
        private_hosts: As `GuardedSession` takes them.
    """

    def __init__(self, private_hosts: Iterable[str]) -> None:
        self._private_hosts = frozenset(private_hosts)

    @cached_property
    def http(self) -> Any:  # noqa: ANN401 - of a module that is imported late
        """The guarded session."""
        session = import_module("lti_tool.lti.http").GuardedSession
        return session(private_hosts=self._private_hosts)

    @cached_property
    def _resolver(self) -> Resolver:
        resolver: Resolver = import_module("lti_tool.services.fetching").FetchingResolver(self.http)
        return resolver

    def did_document(self, did: str) -> Fetched:
        """Return the document of an issuer."""
        return self._resolver.did_document(did)

    def jwk(self, url: str) -> Fetched:
        """Return the one JWK at `url`."""
        return self._resolver.jwk(url)

    def status_list(self, url: str) -> bytes:
        """Return the status list credential at `url`."""
        return self._resolver.status_list(url)

    def credential(self, url: str, *, named_by: Naming) -> bytes:
        """Return the credential at `url`."""
        return self._resolver.credential(url, named_by=named_by)


def verify_source(
    source: str,
    *,
    private_hosts: Iterable[str] = (),
    documents: "Path | None" = None,
    at: datetime | None = None,
    is_read_twice: bool = False,
    as_json: bool = False,
) -> bool:
    """Verify a file or an address, print how it comes out, and return whether it holds.

    Args:
        source: The file or the address.
        private_hosts: Hosts on private addresses that may be asked.
        documents: The folder that has all there is to know, if nobody is to be asked.
        at: The instant to verify as of, with a zone; now if nothing is said.
        is_read_twice: Compare our reading of what is signed with a generic processor's.
        as_json: Print the report as JSON.

    Raises:
        InvalidInputError: it cannot be read, and why.
    """
    world = World(private_hosts)
    now = at or datetime.now(UTC)
    try:
        data = _read(source, world)
        resolver = _folder(documents) if documents else world
        report = examine(data, resolver=resolver, now=now)
    except BakingError as error:
        raise InvalidInputError(f"{source}: {PICTURE_WORDS[error.reason]}") from error
    except PlatformError as error:
        hint = ALLOW if error.code == "platform_address_refused" else ""
        raise InvalidInputError(f"{source} cannot be read ({error}){hint}") from error
    except OSError as error:
        raise InvalidInputError(f"{source} cannot be read ({error.strerror})") from error
    if as_json:
        _print_json(report, now)
    else:
        _print_checks(report.checks)
        _print_parts(report.parts, "  ")
        _print_outcome(report, documents, at)
        if _is_address(source) and report.status == "unreadable":
            print("This address shows no badge. Of a badge's page, give the JSON download.")
    holds = report.status in HOLDS
    return _is_read_alike(data) if holds and is_read_twice else holds


def _is_read_alike(data: bytes) -> bool:
    """Compare readings of a credential that holds. Says so beside the report: it is no part."""
    if data.lstrip()[:1] != b"{":
        print("Not read with PyLD: a JWT signs its bytes, however they are read.", file=sys.stderr)
        return True
    try:
        count = import_module("badges.generic").compare_readings(parse_object(data))
    except MissingReaderError as error:
        raise InvalidInputError(f"--generic: {error}") from error
    except GenericReadingError as error:
        print(f"NOT READ ALIKE: {error}. Please report this.", file=sys.stderr)
        return False
    print(f"Read alike by PyLD: {count} canonical forms, byte for byte.", file=sys.stderr)
    return True


def _read(source: str, world: World) -> bytes:
    data = _fetch(source, world) if _is_address(source) else _open(source)
    if data.lstrip()[:1] == b"{":
        return data
    baking = import_module("badges.baking")
    unbaked: bytes = baking.unbake(data) if baking.is_picture(data) else data
    return unbaked


def _fetch(source: str, world: World) -> bytes:
    accepted = import_module("lti_tool.services.fetching").CREDENTIAL
    answer = world.http.exchange(
        "GET", source, headers={"Accept": accepted}, follows_redirects=True
    )
    if not answer.is_success:
        raise InvalidInputError(
            f"{source} cannot be read (it answered {answer.status}): is the badge still shared?"
        )
    body: bytes = answer.body
    return body


def _open(source: str) -> bytes:
    # `pathlib` would take longer to import than all files to read.
    with open(source, "rb") as file:  # noqa: PTH123
        return file.read(PICTURE_BYTES + 1)


def _folder(documents: "Path") -> Resolver:
    resolver: Resolver = import_module("lti_tool.services.documents").FolderResolver(documents)
    return resolver


def _is_address(source: str) -> bool:
    return source.startswith(("https://", "http://"))


def _print_json(report: Report, now: datetime) -> None:
    document: Mapping[str, object] = import_module(
        "lti_tool.services.report_document"
    ).report_document(report, now=now)
    print(json.dumps(document, indent=1, ensure_ascii=False))


def _print_outcome(report: Report, documents: "Path | None", at: datetime | None) -> None:
    summary = report.summary
    if summary is None or report.status not in HOLDS:
        print("NOT VALID")
        return
    # A JWT may name things with line breaks and what terminals obey.
    print(
        f"VALID: {clean(summary.issuer_name or summary.issuer_id)} gave "
        f"“{clean(summary.achievement_name)}” to {clean(summary.subject_name or summary.id)}."
    )
    if report.status == "part_lost":
        print("But something that it rests on holds no longer: see the notes above.")
    if at is not None:
        print(f"As of {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC.")
    if documents is not None:
        print(f"By the documents in {documents}: what changed since, they cannot tell.")
    print("Not proved: that the issuer's domain is who it says, or who shows this badge.")


def _print_checks(checks: Iterable[Check]) -> None:
    for check in checks:
        print(f"{MARKS[check.state]} {WORDS[check.name]}{_why(check.state, check.code)}")


def _print_parts(parts: Iterable[Part], indent: str) -> None:
    for part in parts:
        who = f" ({part.issuer_name or part.issuer_id})" if part.issuer_id else ""
        named = part.issuer_name if part.kind is PartKind.ENDORSEMENT else part.name
        what = f"{named or part.id or part.place}{who if named == part.name else ''}"
        why = _why(part.state, part.code)
        print(f"{indent}{MARKS[part.state]} {KINDS[part.kind]} {clean(what)}{why}")
        _print_parts(part.parts, f"{indent}  ")


def _why(state: CheckState, code: str) -> str:
    return (
        "" if state is CheckState.PASSED or code in {"not_reached", "no_status"} else f" ({code})"
    )
