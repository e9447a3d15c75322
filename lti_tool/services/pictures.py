"""Pictures of published badges in the forms that the world asks for, drawn once and kept a while.

A version's image never changes, so what is drawn from it is kept by its bytes; drawing
takes about a tenth of a second.
"""

from functools import lru_cache

from badges.raster import draw_card, rasterize
from lti_tool.errors import NotFoundError
from lti_tool.store.rows import AchievementVersionRow, IssuerRow

PNG, SVG = "image/png", "image/svg+xml"
KEPT = 128
"""How many pictures of each kind a process keeps: some 60 kB each."""


def picture_of(version: AchievementVersionRow, media_type: str) -> bytes:
    """Return a version's image; a drawn one also as PNG.

    Raises:
        NotFoundError: it has no image, or none of this kind.
    """
    if version.image is None or media_type not in {version.image_type, PNG}:
        raise NotFoundError("no image")
    if version.image_type == media_type:
        return version.image
    return _png(version.image)


def card_of(version: AchievementVersionRow, issuer: IssuerRow) -> bytes:
    """Return the card that stands for a badge where a link to it is shared: PNG, 1200 by 630.

    Raises:
        NotFoundError: it has no image.
    """
    if version.image is None:
        raise NotFoundError("no image")
    return _card(version.image, version.image_type, version.title, issuer.name)


@lru_cache(maxsize=KEPT)
def _png(svg: bytes) -> bytes:
    return rasterize(svg)


@lru_cache(maxsize=KEPT)
def _card(picture: bytes, media_type: str, title: str, by: str) -> bytes:
    return draw_card(picture, media_type, title=title, by=by)
