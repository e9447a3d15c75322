"""Baking: a credential into a picture and out of it."""

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from io import BytesIO
from typing import Any

from openbadgeslib import baking as library

from badges.baking import bake, unbake
from badges.image import draw_badge_image
from badges.png import SIGNATURE
from benchmarks.measuring import Case
from benchmarks.samples import Samples, each
from benchmarks.targets import at_least
from tests.pictures import a_png

SIDE = 512
SHAPES = 120
"""Paths of the larger SVG: some 20 kB, as drawing programs write badges."""
_OWN, _SLOW, _SLOWEST = 200, 10, 2
_READ = 10
"""Pictures that are read, one after the other."""
_OF_PNG: dict[str, Any] = {"keyword": library.ITXT_KEYWORD_OB3}
_OF_SVG: dict[str, Any] = {"element": library.SVG_ELEMENT_OB3}
PNG, SVG, DRAWN = "bake PNG", "bake SVG", "bake our drawn SVG"
OUT_PNG, OUT_SVG = "read baked PNG", "read baked SVG"
TARGETS = (
    at_least("baking", PNG, 8, f"openbadgeslib {PNG}"),
    at_least("baking", PNG, 1000, f"Pillow {PNG}"),
    at_least("baking", SVG, 500, f"openbadgeslib {SVG}"),
    at_least("baking", OUT_PNG, 20, f"openbadgeslib {OUT_PNG}"),
)


def make_cases(samples: Samples) -> list[Case]:
    """Return our own, and each peer that is there."""
    pictures = {
        PNG: _painted(),
        SVG: _illustrated(),
        DRAWN: draw_badge_image(title="Listening", position=2, total=4, alt="Badge 2 of 4"),
    }
    texts = [one.decode() for one in samples.signed]
    # Both read what openbadgeslib wrote: it puts the credential behind everything else.
    baked = {
        OUT_PNG: [_library_bake(pictures[PNG], text) for text in texts[:_READ]],
        OUT_SVG: [_library_bake(pictures[SVG], text) for text in texts[:_READ]],
    }
    return [
        *(
            each(name, partial(bake, one), samples.signed, count=_OWN)
            for name, one in pictures.items()
        ),
        *(each(name, unbake, ones, count=_OWN) for name, ones in baked.items()),
        *(_theirs(name, partial(_library_bake, one), texts) for name, one in pictures.items()),
        _theirs(OUT_PNG, partial(library.extract_png, **_OF_PNG), baked[OUT_PNG]),
        _theirs(
            OUT_SVG, partial(library.extract_svg, **_OF_SVG, text_fallback=True), baked[OUT_SVG]
        ),
        *_pillow(pictures[PNG], samples),
    ]


def _theirs(name: str, operate: Callable[[Any], object], values: Sequence[Any]) -> Case:
    return each(f"openbadgeslib {name}", operate, values, count=_SLOW, peer=name)


def _library_bake(picture: bytes, text: str) -> bytes:
    if picture.startswith(SIGNATURE):
        return library.bake_png(picture, text, **_OF_PNG)
    into = {**_OF_SVG, "namespace": library.SVG_NS_OB3, "as_text": True}
    return library.bake_svg(picture, text, **into)


def _pillow(png: bytes, samples: Samples) -> list[Case]:
    """What reads a picture and writes it anew has to pack all of its pixels."""
    try:
        image, plugin = import_module("PIL.Image"), import_module("PIL.PngImagePlugin")
    except ImportError:
        return []

    def rewrite(credential: bytes) -> bytes:
        notes = plugin.PngInfo()
        notes.add_itxt("openbadgecredential", credential.decode())
        written = BytesIO()
        with image.open(BytesIO(png)) as opened:
            opened.save(written, "PNG", pnginfo=notes)
        return written.getvalue()

    return [each(f"Pillow {PNG}", rewrite, samples.signed, count=_SLOWEST, peer=PNG)]


def _painted() -> bytes:
    """A picture of soft colours: some 400 kB."""
    rows = bytearray()
    for y in range(SIDE):
        rows.append(0)
        for x in range(SIDE):
            rows += bytes(((x * y) >> 9 & 255, (x + y) >> 2 & 255, (x * x + y) >> 10 & 255, 255))
    return a_png(SIDE, colour=6, pixels=bytes(rows))


def _illustrated() -> bytes:
    """A picture of many curves."""
    shapes = "".join(
        f'<path fill="#{(number * 70_001) % 0x1000000:06x}" d="M{number} {number * 3 % 97}'
        f"c{'.5 1.25 3.75 -2 6.5 0.125 ' * 4}z"
        f'" transform="rotate({number * 3} 256 256)"/>'
        for number in range(SHAPES)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">'
        f"<title>Listening</title>{shapes}</svg>"
    ).encode()
