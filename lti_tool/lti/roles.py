"""LTI role URIs -> what a person may be in this course.

Only membership roles count: institution and system roles say what somebody is
elsewhere, and platforms send them along (a teacher of another course who is a
learner in this one; on Moodle, a site administrator).

Policy, in one table: every kind of instructor (teaching assistants, graders
and guests too) is an `INSTRUCTOR`. Administrators and content developers of the
course are `ADMINISTRATOR`: they may set an activity up, never rate. The rest,
mentors among them, is `OTHER` and opens nothing.

Source: LTI 1.3 core, appendix A.2 (role vocabularies).
"""

from collections.abc import Iterable
from typing import Final

from lti_tool.values import Role

_MEMBERSHIP: Final = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_TEST_USER: Final = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"

# TeachingAssistant is a sub-role of Instructor, but LIS had it as a context role
# of its own, and some platforms still send that.
_ROLE_OF_PRINCIPAL: Final = {
    "Learner": Role.LEARNER,
    "Instructor": Role.INSTRUCTOR,
    "TeachingAssistant": Role.INSTRUCTOR,
    "Administrator": Role.ADMINISTRATOR,
    "ContentDeveloper": Role.ADMINISTRATOR,
}


def parse_roles(uris: Iterable[str]) -> frozenset[Role]:
    """Return what these roles amount to; `OTHER` alone if to nothing.

    Takes `…/membership#Principal`, `…/membership/Principal#SubRole` and the
    deprecated bare names ("Learner"). Unknown roles are ignored.
    """
    principals = (_principal(uri) for uri in uris)
    roles = {_ROLE_OF_PRINCIPAL[name] for name in principals if name in _ROLE_OF_PRINCIPAL}
    return frozenset(roles or {Role.OTHER})


def is_test_user(uris: Iterable[str]) -> bool:
    """Whether the platform marks the person as a stand-in (Canvas's Student View)."""
    return _TEST_USER in uris


def _principal(uri: str) -> str | None:
    """Return the principal of a membership role, or None for a role of another kind."""
    if not uri.startswith(_MEMBERSHIP):
        return uri if uri in _ROLE_OF_PRINCIPAL else None
    path, _, fragment = uri[len(_MEMBERSHIP) :].partition("#")
    if not path:
        return fragment
    # In `membership/Learner#Instructor` the principal is Learner.
    return path[1:] if path.startswith("/") else None
