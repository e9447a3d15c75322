"""SVG as bytes with known places: what stands where is found by a parser, changes are splices.

Nothing is fetched, no entity is expanded, and a picture that could run something is refused.
"""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from badges.errors import BakingError

MAXIMUM_BYTES = 5_000_000
_MAXIMUM_DEPTH = 200
_MAXIMUM_ELEMENTS = 50_000
_SVG = "http://www.w3.org/2000/svg"
_SEPARATOR = " "
_RUNNING = frozenset({"script", "foreignObject", "iframe", "embed", "object", "handler"})
_LINKS = frozenset({"href", "http://www.w3.org/1999/xlink href", "src", "from", "to", "values"})
_RUNNING_LINK = re.compile(r"\s*(?:javascript|vbscript|data:text|data:image/svg)", re.IGNORECASE)
_BEGINNING_BYTES = 10_000
_BEGINNING = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*"
    rb"<(?:[\w.-]+:)?svg[\s/>]",
    re.DOTALL,
)
_CONTROLS = re.compile("[\x00-\x20]")


@dataclass(frozen=True, slots=True)
class Element:
    """One element that was looked for: where it begins and ends, and what it holds."""

    start: int
    end: int
    attributes: dict[str, str]
    text: str


@dataclass(slots=True, eq=False)
class Picture:
    """What was found in an SVG. Places are of bytes.

    `root_name_end` is behind the name of the root element, `root_end` behind its start tag.
    """

    data: bytes
    root_name_end: int = 0
    root_end: int = 0
    prefixes: dict[str, str] = field(default_factory=dict)
    """Namespaces that the root declares, by prefix."""
    found: list[Element] = field(default_factory=list)


def read_svg(data: bytes, *, looked_for: tuple[str, str]) -> Picture:
    """Return an SVG with the elements of one namespace and name.

    Raises:
        BakingError: `too_large`, `not_svg`, or `runs_scripts`.
    """
    if len(data) > MAXIMUM_BYTES:
        raise BakingError("too_large")
    return _Reader(data, _SEPARATOR.join(looked_for)).read()


def is_svg(data: bytes) -> bool:
    """Whether its first element looks like an SVG's; a parser has the last word."""
    return _BEGINNING.match(data[:_BEGINNING_BYTES]) is not None


class _Reader:
    def __init__(self, data: bytes, wanted: str) -> None:
        self._picture = Picture(data)
        self._wanted = wanted
        self._depth = self._count = 0
        self._open: tuple[int, dict[str, str], list[str]] | None = None
        self._open_depth = 0
        # UTF-8 alone: other encodings hide what a filter looks for.
        self._parser = expat.ParserCreate("UTF-8", namespace_separator=_SEPARATOR)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.ProcessingInstructionHandler = self._refuse
        self._parser.StartNamespaceDeclHandler = self._namespace

    def read(self) -> Picture:
        try:
            self._parser.Parse(self._picture.data, True)  # noqa: FBT003 - expat takes no names
        except expat.ExpatError as error:
            raise BakingError("not_svg") from error
        return self._picture

    def _namespace(self, prefix: str | None, uri: str) -> None:
        if self._depth == 0:
            self._picture.prefixes[prefix or ""] = uri

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        place = self._parser.CurrentByteIndex
        if self._depth == 0:
            self._take_root(name, place)
        self._depth += 1
        self._count += 1
        if self._depth > _MAXIMUM_DEPTH or self._count > _MAXIMUM_ELEMENTS:
            raise BakingError("not_svg")
        _check_still(name, attributes)
        if name == self._wanted and self._open is None:
            self._open, self._open_depth = (place, attributes, []), self._depth

    def _take_root(self, name: str, place: int) -> None:
        if name != f"{_SVG}{_SEPARATOR}svg":
            raise BakingError("not_svg")
        end = tag_end(self._picture.data, place)
        if self._picture.data[end - 2 : end] == b"/>":
            raise BakingError("not_svg")
        named = re.match(rb"<[^\s/>]+", self._picture.data[place:end])
        self._picture.root_name_end = place + (named.end() if named else 0)
        self._picture.root_end = end

    def _end(self, name: str) -> None:
        if self._open is not None and self._depth == self._open_depth:
            start, attributes, texts = self._open
            end = tag_end(self._picture.data, start)
            if self._picture.data[end - 2 : end] != b"/>":
                end = tag_end(self._picture.data, self._parser.CurrentByteIndex)
            self._picture.found.append(Element(start, end, attributes, "".join(texts)))
            self._open = None
        self._depth -= 1

    def _text(self, text: str) -> None:
        if self._open is not None:
            self._open[2].append(text)

    def _refuse(self, *_: object) -> None:
        raise BakingError("not_svg")


def tag_end(data: bytes, start: int) -> int:
    """Return the place behind the tag that begins at `start`; a `>` in quotes ends nothing."""
    ends = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""").match(data, start)
    if ends is None:
        raise BakingError("not_svg")
    return ends.end()


def _check_still(name: str, attributes: dict[str, str]) -> None:
    """Raise unless the element does nothing but stand there."""
    if name.rpartition(_SEPARATOR)[2] in _RUNNING:
        raise BakingError("runs_scripts")
    for key, value in attributes.items():
        plain = _CONTROLS.sub("", value)
        if key.rpartition(_SEPARATOR)[2].lower().startswith("on"):
            raise BakingError("runs_scripts")
        if key in _LINKS and _RUNNING_LINK.match(plain):
            raise BakingError("runs_scripts")
