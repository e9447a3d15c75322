"""HTML as a sequence of tags and texts, whatever it is.

The parser of the standard library takes quadratic time for what never closes, and stops
at some of it; this one goes through once and, like a browser, drops what never closes.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = re.compile(r"</?([A-Za-z][^\s/>]*+)")
_ATTRIBUTES = re.compile(r"""(?:[^>=]|=\s*+(?:"[^"]*+"|'[^']*+'|(?!["'])))*+>""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?""")
_RAW = {
    name: re.compile(f"</{name}(?![a-z0-9])", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "xmp", "noembed", "noframes", "iframe")
}
"""Elements in which tags are text; what stands in them is dropped."""
_NO_CHARACTER = re.compile("&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: its name in small letters, and for one that opens what stands beside it."""

    name: str
    is_end: bool
    raw: str = ""

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes, names in small letters; of repeated ones, the first counts."""
        found: dict[str, str] = {}
        for one in _ATTRIBUTE.finditer(self.raw):
            value = next((text for text in one.groups()[1:] if text is not None), "")
            found.setdefault(one[1].lower(), _unescape(value))
        return found


def read_tags(markup: str) -> Iterator[Tag | str]:
    """Yield the tags and texts of markup, in order; comments and declarations are dropped."""
    position = 0
    while position < len(markup):
        begin = markup.find("<", position)
        if begin != position:
            end = begin if begin > position else len(markup)
            yield _unescape(markup[position:end])
            position = end
        elif markup.startswith("<!--", begin):
            position = _behind(markup, "-->", begin + 2)
        elif markup.startswith(("<!", "<?"), begin):
            position = _behind(markup, ">", begin)
        elif found := _TAG.match(markup, begin):
            tag, position = _read_tag(markup, found)
            yield tag
        else:
            yield "<"
            position = begin + 1


def _read_tag(markup: str, found: re.Match[str]) -> tuple[Tag, int]:
    inside = _ATTRIBUTES.match(markup, found.end())
    # A quote that never closes happens once: there is no such quote behind it.
    end = inside.end() if inside else _behind(markup, ">", found.end())
    tag = Tag(found[1].lower(), found[0].startswith("</"), markup[found.end() : end - 1])
    if tag.name in _RAW and not tag.is_end:
        closing = _RAW[tag.name].search(markup, end)
        end = closing.start() if closing else len(markup)
    return tag, end


def _unescape(text: str) -> str:
    # The standard library fails at numbers of thousands of digits.
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))


def _behind(markup: str, what: str, position: int) -> int:
    """Return where the next `what` ends; the end of everything where there is none."""
    at = markup.find(what, position)
    return len(markup) if at < 0 else at + len(what)
