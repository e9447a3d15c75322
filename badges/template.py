"""Many credentials that differ in a few values: what they have in common is computed once.

A template is learned from one document in which stand-ins take the places of the values. Its
canonical form and its JSON are cut at the stand-ins, and a credential is both, filled in. That
holds because the values cannot change the order of the canonical lines, which is looked at when
the template is learned, and because nothing in them has to be escaped, which `fits` tells of
text; the rest are ids, numbers and instants. Whatever is not of this kind is refused, and has to
be signed as any other document.

Results are pieces of their own, each with lines of its own, so that credentials with other
results need no template of their own.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from typing import Any, TypeAlias

from badges.canonical import canonicalize
from badges.proof import Signer, proof_options
from badges.written import serialize
from keys.multikey import encode_multibase

_Document: TypeAlias = Mapping[str, object]
_Cut: TypeAlias = tuple[str, ...]
"""Text and names of values in turn; text comes first and last."""

MOST_CHARACTERS = 200
_FIRST_BEYOND = "\ud800"
"""Below it, code points and UTF-16 code units sort alike."""
_BLANK_NODE = re.compile("_:c14n[0-9]+")
_STAND_IN = "stand-in:"


class NoTemplateError(Exception):
    """A document cannot be cut: its values could change more than their own places."""


def fits(text: str) -> bool:
    """Whether text may be filled in as it is: nothing in it is escaped, or sorts in two ways."""
    return (
        0 < len(text) <= MOST_CHARACTERS
        and text.isprintable()
        and text == text.strip()
        and max(text) < _FIRST_BEYOND
        and '"' not in text
        and "\\" not in text
    )


def name_of(result: _Document) -> str:
    """Return what tells a result of a credential from others of the same achievement."""
    return serialize({name: value for name, value in result.items() if name != "id"}).decode()


class Proof:
    """The proof of all credentials that one key signs at one instant."""

    def __init__(self, contexts: object, signer: Signer, *, created: datetime) -> None:
        options = proof_options(signer, created=created)
        self._signer = signer
        self._hash = sha256(canonicalize({"@context": contexts, **options}).encode()).digest()
        text = serialize({"proof": [{**options, "proofValue": _STAND_IN}]}).decode()
        # The last: the key may be called so, too.
        self.before, _, self.after = text.removeprefix("{").rpartition(_STAND_IN)

    def value(self, document_hash: bytes) -> str:
        """Return the proof's value for a document whose canonical form has this hash."""
        return encode_multibase(self._signer.sign(self._hash + document_hash))


class _Form:
    """A text to fill in: its chunks, and the number of the value behind each but the last."""

    def __init__(self, chunks: _Cut, numbers: Sequence[int]) -> None:
        self._parts = [part for one in chunks for part in (one, "")][:-1]
        self._numbers = numbers

    def fill(self, values: Sequence[str]) -> str:
        """Return the text with its values."""
        # A format would be looked through, letter by letter.
        parts = self._parts.copy()
        parts[1::2] = [values[number] for number in self._numbers]
        return "".join(parts)


class Filler:
    """A template with one set of results: makes signed credentials of values."""

    def __init__(self, lines: _Cut, text: _Cut, names: Sequence[str]) -> None:
        # What stands before the first value is the same for all, and is hashed once.
        self._hash = sha256(lines[0].encode())
        self._lines = _form(("", *lines[1:]), names)
        self._text = _form(text, names)

    def sign(self, values: Sequence[str], proof: Proof) -> bytes:
        """Return the signed credential with these values, as it is stored.

        `values` go by the order of the template's names; text among them `fits`.
        """
        hashed = self._hash.copy()
        hashed.update(self._lines.fill(values).encode())
        value = proof.value(hashed.digest())
        return f"{self._text.fill(values)},{proof.before}{value}{proof.after}".encode()


@dataclass(frozen=True, slots=True)
class _Result:
    """A result at its place among the others, as canonical lines and as JSON."""

    place: int
    lines: _Cut
    text: _Cut


@dataclass(frozen=True, slots=True)
class _Frame:
    """A credential as canonical lines and as JSON, without results: their places are named."""

    lines: _Cut
    text: _Cut
    results: int


class Template:
    """What credentials have in common that differ in a few values and in their results."""

    def __init__(self, document: _Document, stand_ins: Mapping[str, str]) -> None:
        """Learn from an unsigned document, which was checked as one that is to be signed.

        Args:
            document: The credential, with a stand-in for each value.
            stand_ins: Texts that stand nowhere but where the values do, by name.

        Raises:
            NoTemplateError: it cannot be cut.
        """
        self._names = tuple(stand_ins)
        self._frame, results = _learn(document, stand_ins)
        self._results = dict(results)

    def learn(self, document: _Document, stand_ins: Mapping[str, str]) -> None:
        """Learn the results of another document, which differs in nothing else.

        Raises:
            NoTemplateError: it cannot be cut, or differs.
        """
        frame, results = _learn(document, stand_ins)
        if frame != self._frame:
            raise NoTemplateError("more than results and values differ")
        self._results |= results

    def filler(self, results: Sequence[str]) -> Filler | None:
        """Return what makes credentials with these results, named as `name_of` names them.

        None if one of them is not known yet.
        """
        known = [self._results.get(one) for one in results]
        found = [one for number, one in enumerate(known) if one and one.place == number]
        if not len(found) == len(known) == self._frame.results:
            return None
        return Filler(
            _put(self._frame.lines, [one.lines for one in found]),
            _put(self._frame.text, [one.text for one in found]),
            self._names,
        )


def _learn(
    document: _Document, stand_ins: Mapping[str, str]
) -> tuple[_Frame, Mapping[str, _Result]]:
    subject: Any = document["credentialSubject"]
    results: Sequence[_Document] = subject.get("result", ())
    canonical = canonicalize(document)
    if len(set(_BLANK_NODE.findall(canonical))) > 1:
        raise NoTemplateError("several blank nodes: their labels may depend on the values")
    cutter = _Cutter(stand_ins)
    lines = [cutter.cut(line) for line in canonical.splitlines(keepends=True)]
    for one, other in pairwise(lines):
        _check_order(one, other)
    frame, pieces = _apart(lines, [cutter.cut(f"<{one['id']}> ") for one in results])
    found = {
        name_of(one): _Result(number, _joined(piece), cutter.cut(_text(one)))
        for number, (one, piece) in enumerate(zip(results, pieces, strict=True))
    }
    text = document
    if results:
        places = [_place(number) for number in range(len(results))]
        text = {**document, "credentialSubject": {**subject, "result": places}}
        cutter = _Cutter({**stand_ins, **{one: f'"{one}"' for one in places}})
    # Without its last brace: the proof follows.
    return _Frame(_joined(frame), cutter.cut(_text(text)[:-1]), len(results)), found


def _apart(lines: Sequence[_Cut], heads: Sequence[_Cut]) -> tuple[list[_Cut], list[list[_Cut]]]:
    """Return the lines of the document, with a place for those of each result, and those."""
    frame: list[_Cut] = []
    pieces: list[list[_Cut]] = [[] for _ in heads]
    for line in lines:
        number = next((n for n, head in enumerate(heads) if _begins(line, head)), None)
        if number is None:
            frame.append(line)
            continue
        place = ("", _place(number), "")
        if not pieces[number]:
            frame.append(place)
        elif frame[-1] != place:
            raise NoTemplateError("the lines of a result do not stand together")
        pieces[number].append(line)
    return frame, pieces


def _check_order(one: _Cut, other: _Cut) -> None:
    """Refuse two lines unless they differ first in what is the same for all values."""
    for number, (part, by) in enumerate(zip(one, other, strict=False)):
        if part == by:
            continue
        differing = next((xy for xy in zip(part, by, strict=False) if xy[0] != xy[1]), None)
        if number % 2 == 0 and differing and max(differing) < _FIRST_BEYOND:
            return
        break
    raise NoTemplateError("the order of two lines depends on the values")


class _Cutter:
    """Cuts texts at stand-ins, and puts the names of the values in their places."""

    def __init__(self, stand_ins: Mapping[str, str]) -> None:
        self._names = {stand_in: name for name, stand_in in stand_ins.items()}
        # The longest first: one may begin as another does.
        found = "|".join(map(re.escape, sorted(self._names, key=len, reverse=True)))
        self._found = re.compile(f"({found})")

    def cut(self, text: str) -> _Cut:
        """Return the pieces of a text."""
        parts = self._found.split(text)
        parts[1::2] = [self._names[one] for one in parts[1::2]]
        return tuple(parts)


def _begins(line: _Cut, head: _Cut) -> bool:
    last = len(head) - 1
    return line[:last] == head[:last] and len(line) > last and line[last].startswith(head[last])


def _joined(cuts: Iterable[_Cut]) -> _Cut:
    parts = [""]
    for one in cuts:
        parts[-1] += one[0]
        parts += one[1:]
    return tuple(parts)


def _put(cut: _Cut, pieces: Sequence[_Cut]) -> _Cut:
    """Return a cut with pieces in the places of results."""
    by_place = {_place(number): piece for number, piece in enumerate(pieces)}
    names = zip(cut[1::2], cut[2::2], strict=True)
    parts = ((*by_place.get(name, ("", name, "")), text) for name, text in names)
    return _joined([cut[:1], *((*piece[:-1], piece[-1] + text) for *piece, text in parts)])


def _place(number: int) -> str:
    return f"{_STAND_IN}{number}:"


def _text(document: _Document) -> str:
    return serialize(document).decode()


def _form(cut: _Cut, names: Sequence[str]) -> _Form:
    return _Form(cut[::2], [names.index(name) for name in cut[1::2]])
