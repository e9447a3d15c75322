"""Addresses of the platform's services, as they stand in launches and answers."""

from lti_tool.sandbox.model import Activity, Family
from lti_tool.sandbox.settings import PlatformSettings


def line_items_url(settings: PlatformSettings, course_id: str) -> str:
    """Return the address of a course's line items."""
    return _with_type(settings, f"{settings.base_url}/services/{course_id}/lineitems")


def line_item_url(settings: PlatformSettings, activity: Activity, suffix: str = "") -> str:
    """Return the address of one line item, or of its `/results`."""
    course, item = activity.course_id, activity.line_item_id
    url = f"{settings.base_url}/services/{course}/lineitems/{item}/lineitem{suffix}"
    return _with_type(settings, url)


def memberships_url(settings: PlatformSettings, course_id: str) -> str:
    """Return the address of a course's memberships."""
    return f"{settings.base_url}/services/{course_id}/memberships"


def deep_link_return_url(settings: PlatformSettings, launch_id: str) -> str:
    """Return where the tool's choice is posted."""
    return f"{settings.base_url}/deep-linking/{launch_id}/return"


def return_url(settings: PlatformSettings, course_id: str) -> str:
    """Return where the tool sends a person who is done."""
    return f"{settings.base_url}/courses/{course_id}/return"


def _with_type(settings: PlatformSettings, url: str) -> str:
    """Add the query that Moodle's service addresses carry."""
    return f"{url}?type_id=1" if settings.family is Family.MOODLE else url
