"""Licences that the editor offers by name."""

from collections.abc import Mapping

from rubrics.model import Licence

RESERVED = "https://rightsstatements.org/vocab/InC/1.0/"
OTHER = "other"
"""Chosen instead of an address: another licence, whose name and address are typed in."""

OFFERED = (
    Licence(title="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/"),
    Licence(title="CC BY-SA 4.0", url="https://creativecommons.org/licenses/by-sa/4.0/"),
    Licence(
        title="CC BY-NC 4.0",
        url="https://creativecommons.org/licenses/by-nc/4.0/",
        allows_commercial_use=False,
    ),
    Licence(
        title="CC BY-NC-ND 4.0",
        url="https://creativecommons.org/licenses/by-nc-nd/4.0/",
        allows_changes=False,
        allows_commercial_use=False,
    ),
    Licence(title="CC0 1.0", url="https://creativecommons.org/publicdomain/zero/1.0/"),
    Licence(title="All rights reserved", url=RESERVED, allows_commercial_use=False),
)
_BY_URL = {one.url: one for one in OFFERED}
_PERMISSIONS = ("allows_changes", "allows_commercial_use", "allows_redistribution")


def spell_out(values: Mapping[str, str]) -> dict[str, str]:
    """Return typed values with all of a licence where one is chosen by its address."""
    chosen = values.get("licence/url")
    licence = _BY_URL.get(chosen or "")
    if licence is not None:
        denied = {name: "" if getattr(licence, name) else "false" for name in _PERMISSIONS}
        named = {f"licence/{name}": text for name, text in denied.items()}
        return {**values, **named, "licence/title": licence.title, "licence/url": licence.url}
    if chosen == OTHER:
        cleared = dict.fromkeys((f"licence/{name}" for name in ("title", *_PERMISSIONS)), "")
        return {**values, **cleared, "licence/url": "https://"}
    if chosen == "":
        return {
            **values,
            **dict.fromkeys((f"licence/{name}" for name in ("title", *_PERMISSIONS)), ""),
        }
    return dict(values)


def is_offered(url: str) -> bool:
    """Whether an address is that of a licence on the list."""
    return url in _BY_URL
