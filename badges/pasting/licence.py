"""The licence that pasted text names, and the lines that say whom it comes from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from badges.pasting.marks import AroundCode
from rubrics.definition import licence_document
from rubrics.model import Licence
from rubrics.pasting.cells import Cell
from rubrics.pasting.marks import PasteMark, mark

_ADDRESS = re.compile(
    r"creativecommons\.org/(?:licenses/(?P<kind>[a-z-]{2,12})/(?P<version>\d\.\d)"
    r"|publicdomain/(?P<zero>zero)/)",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"\bCC[ -]?(?:(?P<kind>BY(?:[ -](?:NC|SA|ND)){0,2})(?:[ -](?P<version>\d\.\d))?|(?P<zero>0))\b"
)
_LONG = re.compile(
    r"Creative Commons (?P<kind>Attribution(?:[ -]{0,3}(?:Non-?Commercial|Share-?Alike"
    r"|No-?Deriv[a-z]{0,6})){0,2})(?: (?P<version>\d\.\d))?|Creative Commons (?P<zero>Zero)",
    re.IGNORECASE,
)
_KINDS = frozenset({"by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd"})
_WORDS = (
    (re.compile("non-?commercial"), "nc"),
    (re.compile("share-?alike"), "sa"),
    (re.compile("no-?deriv[a-z]{0,6}"), "nd"),
    (re.compile("attribution"), "by"),
)
_RIGHTS = re.compile(
    r"\u00a9|\(c\) ?\d{4}|copyright|licen[cs]ed under|all rights reserved|"
    "creative commons",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"\b(?:adapted|modified|reprinted|reproduced) (?:from|by|with)\b|\b(?:developed|created|"
    r"written|authored|prepared) by\b|\b(?:source|credits?|attribution|acknowledge?ments?) ?:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """The draft of a licence, as far as it is known, and what was marked about it."""

    licence: dict[str, object] | None = None
    marks: tuple[PasteMark, ...] = ()


def speaks_of_rights(text: str) -> bool:
    """Whether a text names a licence, or says whose it is."""
    return bool(_RIGHTS.search(text)) or bool(_named([text]))


def gives_credit(text: str) -> bool:
    """Whether a text says whom something comes from."""
    return _CREDIT.search(text) is not None


def read_rights(texts: Sequence[str]) -> Rights:
    """Return the licence that texts name."""
    speaking = [text for text in texts if speaks_of_rights(text)]
    named = _named(speaking)
    kinds = list(dict.fromkeys(kind for kind, _ in named))
    versions = list(dict.fromkeys(version for _, version in named if version))
    cell = Cell("\n".join(speaking))
    if not kinds:
        unclear = mark(AroundCode.LICENCE_UNCLEAR, "licence", cell)
        return Rights(marks=(unclear,) if speaking else ())
    marks = []
    if len(kinds) > 1 or len(versions) > 1:
        licences = tuple(" ".join(filter(None, (_title(kind), version))) for kind, version in named)
        licences = tuple(dict.fromkeys(licences))
        marks.append(mark(AroundCode.LICENCES_DIFFER, "licence", cell, licences=licences))
    kind, version = kinds[0], versions[0] if versions else ""
    if not version:
        title = _title(kind)
        missing = mark(AroundCode.LICENCE_VERSION_MISSING, "licence/url", cell, licence=title)
        return Rights(licence={"title": title}, marks=(*marks, missing))
    path = "publicdomain/zero" if kind == "zero" else f"licenses/{kind}"
    licence = Licence(
        title=f"{_title(kind)} {version}",
        url=f"https://creativecommons.org/{path}/{version}/",
        allows_changes="nd" not in kind,
        allows_commercial_use="nc" not in kind,
    )
    return Rights(licence=licence_document(licence), marks=tuple(marks))


def _named(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return the kinds and versions of the licences that texts name."""
    found = [
        (_kind(one), "1.0" if one["zero"] else one["version"] or "")
        for pattern in (_ADDRESS, _SHORT, _LONG)
        for text in texts
        for one in pattern.finditer(text)
    ]
    return [(kind, version) for kind, version in found if kind in {*_KINDS, "zero"}]


def _kind(found: re.Match[str]) -> str:
    """Return the kind of a licence as addresses have it."""
    if found["zero"]:
        return "zero"
    kind = found["kind"].lower()
    for words, short in _WORDS:
        kind = words.sub(short, kind)
    parts = set(re.split("[ -]+", kind))
    return "-".join(part for part in ("by", "nc", "sa", "nd") if part in parts)


def _title(kind: str) -> str:
    return "CC0" if kind == "zero" else f"CC {kind.upper()}"
