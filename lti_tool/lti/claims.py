"""The claims of a verified launch -> `LaunchMessage`.

Types and lengths are checked here, claim by claim; what each message type
requires beyond that is checked by PyLTI1p3's validators, which may then rely
on the types. Ids and structures are strict; text that is only shown is
shortened or dropped, never a reason to turn somebody away.

Source: LTI 1.3 core section 5.3, Submission Review 1.0, Deep Linking 2.0, AGS 2.0.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, NoReturn, TypeVar
from uuid import UUID

from pylti1p3.exception import LtiException
from pylti1p3.message_validators.abstract import MessageValidatorAbstract
from pylti1p3.message_validators.deep_link import DeepLinkMessageValidator
from pylti1p3.message_validators.privacy_launch import PrivacyLaunchValidator
from pylti1p3.message_validators.resource_message import ResourceMessageValidator
from pylti1p3.message_validators.submission_review import SubmissionReviewLaunchValidator

from lti_tool.lti.addresses import is_web_address
from lti_tool.lti.messages import (
    AGSEndpoint,
    Context,
    DeepLinkingSettings,
    LaunchMessage,
    MessageType,
    PersonName,
    Platform,
    ResourceLink,
)
from lti_tool.lti.refusals import Refusal, refused
from lti_tool.lti.roles import is_test_user, parse_roles
from lti_tool.values import Role

Claims = Mapping[str, object]
_Value = TypeVar("_Value")

ID_MAXIMUM_CHARACTERS: Final = 255
TEXT_MAXIMUM_CHARACTERS: Final = 255

_LTI: Final = "https://purl.imsglobal.org/spec/lti/claim/"
VERSION: Final = _LTI + "version"
MESSAGE_TYPE: Final = _LTI + "message_type"
DEPLOYMENT_ID: Final = _LTI + "deployment_id"
TARGET_LINK_URI: Final = _LTI + "target_link_uri"
ROLES: Final = _LTI + "roles"
CONTEXT: Final = _LTI + "context"
RESOURCE_LINK: Final = _LTI + "resource_link"
CUSTOM: Final = _LTI + "custom"
PLATFORM: Final = _LTI + "tool_platform"
PRESENTATION: Final = _LTI + "launch_presentation"
FOR_USER: Final = _LTI + "for_user"
AGS: Final = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS: Final = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEP_LINKING: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"

_UNSUPPORTED: Final = {
    MessageType.DEEP_LINKING: Refusal.DEEP_LINKING_UNSUPPORTED,
    MessageType.DATA_PRIVACY: Refusal.DATA_PRIVACY_UNSUPPORTED,
}
# What PostgreSQL or UTF-8 cannot hold.
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
# The same, and what has no place in a line of text.
_UNFIT: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_LOCALE: Final = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}")


class _ReviewValidator(SubmissionReviewLaunchValidator):
    """Moodle 4.5 opens reviews from a column's menu without naming whose work it is.

    It also leaves `lineitem` out once a second line item hangs on the link. What is
    there is checked; without `for_user`, the list of all work is meant.
    """

    def validate(self, jwt_body: Claims) -> bool:
        self.run_common_validators(jwt_body)
        if not jwt_body.get(RESOURCE_LINK) and not jwt_body.get(AGS):
            raise LtiException("a review names a resource link or a line item")
        return True


_VALIDATORS: Final[Mapping[MessageType, MessageValidatorAbstract]] = {
    MessageType.RESOURCE_LINK: ResourceMessageValidator(),
    MessageType.SUBMISSION_REVIEW: _ReviewValidator(),
    MessageType.DEEP_LINKING: DeepLinkMessageValidator(),
    MessageType.DATA_PRIVACY: PrivacyLaunchValidator(),
}


def parse_message(
    claims: Claims, *, registration_id: UUID, allowed: frozenset[MessageType]
) -> LaunchMessage:
    """Return the launch message that these claims make.

    Args:
        claims: The payload of a token whose signature holds.
        registration_id: The registration that the token belongs to.
        allowed: The message types that this route accepts.

    Raises:
        LaunchRejectedError: a claim is missing or not what it must be; its code says which.
    """
    message_type = _message_type(claims, allowed)
    deployment_id = _required_id(claims, DEPLOYMENT_ID, Refusal.DEPLOYMENT_MISSING)
    user_id = _required_id(claims, "sub", Refusal.USER_MISSING)
    raw_roles = _raw_roles(claims)
    presentation = _object(claims, PRESENTATION) or {}
    message = LaunchMessage(
        registration_id=registration_id,
        deployment_id=deployment_id,
        platform_user_id=user_id,
        name=_name(claims),
        email=_email(claims),
        message_type=message_type,
        roles=parse_roles(raw_roles),
        raw_roles=raw_roles,
        is_test_user=is_test_user(raw_roles),
        context=_optional(claims, CONTEXT, _context),
        resource_link=_optional(claims, RESOURCE_LINK, _resource_link),
        custom=_custom(_object(claims, CUSTOM) or {}),
        target_link_uri=_url(claims, TARGET_LINK_URI) or _missing(TARGET_LINK_URI),
        platform=_platform(_object(claims, PLATFORM) or {}),
        return_url=_link(presentation, "return_url"),
        locale=_locale(presentation),
        ags=_optional(claims, AGS, _ags),
        memberships_url=_optional(claims, NRPS, _memberships_url),
        deep_linking=_optional(claims, DEEP_LINKING, _deep_linking),
        for_user_id=_optional(claims, FOR_USER, _for_user_id),
    )
    _check_required(claims, message_type)
    _check_review(message)
    return message


def _message_type(claims: Claims, allowed: frozenset[MessageType]) -> MessageType:
    if claims.get(VERSION) != "1.3.0":
        raise refused(Refusal.VERSION_UNSUPPORTED)
    try:
        message_type = MessageType(str(claims.get(MESSAGE_TYPE)))
    except ValueError as exc:
        raise refused(Refusal.MESSAGE_TYPE_UNKNOWN) from exc
    if message_type not in allowed:
        raise refused(_UNSUPPORTED.get(message_type, Refusal.MESSAGE_TYPE_UNKNOWN))
    return message_type


def _check_required(claims: Claims, message_type: MessageType) -> None:
    # A null claim is an absent one; the validators only look for the key.
    present = {name: value for name, value in claims.items() if value is not None}
    try:
        _VALIDATORS[message_type].validate(present)
    except LtiException as exc:
        raise refused(Refusal.MESSAGE_INCOMPLETE, message_type) from exc


def _check_review(message: LaunchMessage) -> None:
    """Refuse a learner who would see somebody else's work.

    Moodle 4.5 signs `for_user` as its learner asks for it in a URL.
    """
    is_own = message.for_user_id == message.platform_user_id
    if (
        message.message_type is MessageType.SUBMISSION_REVIEW
        and Role.INSTRUCTOR not in message.roles
        and not is_own
    ):
        raise refused(Refusal.REVIEW_NOT_ALLOWED)


def _raw_roles(claims: Claims) -> tuple[str, ...]:
    roles = claims.get(ROLES)
    if roles is None:
        raise refused(Refusal.ROLES_MISSING)
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise refused(Refusal.CLAIM_MALFORMED, ROLES)
    return tuple(role for role in roles if role and not _UNFIT.search(role))


def _name(claims: Claims) -> PersonName | None:
    full, given, family = (
        _text(claims, "name"),
        _text(claims, "given_name"),
        _text(claims, "family_name"),
    )
    if not (full or given or family):
        return None
    return PersonName(full=full, given=given, family=family)


def _email(claims: Claims) -> str | None:
    """Return the user's address, unless the platform says that nobody verified it.

    Source: https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims
    """
    text = _text(claims, "email")
    if text is None or "@" not in text or claims.get("email_verified") in (False, "false"):
        return None
    return text


def _context(claim: Claims) -> Context:
    return Context(
        id=_required_id(claim, "id", Refusal.CLAIM_MALFORMED),
        title=_text(claim, "title"),
        label=_text(claim, "label"),
    )


def _resource_link(claim: Claims) -> ResourceLink:
    return ResourceLink(
        id=_required_id(claim, "id", Refusal.MESSAGE_INCOMPLETE), title=_text(claim, "title")
    )


def _platform(claim: Claims) -> Platform:
    return Platform(
        guid=_text(claim, "guid"),
        name=_text(claim, "name"),
        family=_text(claim, "product_family_code"),
        version=_text(claim, "version"),
    )


def _ags(claim: Claims) -> AGSEndpoint:
    scopes = claim.get("scope")
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise refused(Refusal.CLAIM_MALFORMED, AGS)
    return AGSEndpoint(
        line_item_url=_url(claim, "lineitem"),
        line_items_url=_url(claim, "lineitems"),
        scopes=frozenset(scope for scope in scopes if _SCOPE.fullmatch(scope)),
    )


def _memberships_url(claim: Claims) -> str | None:
    return _url(claim, "context_memberships_url")


def _for_user_id(claim: Claims) -> str:
    return _required_id(claim, "user_id", Refusal.CLAIM_MALFORMED)


def _deep_linking(claim: Claims) -> DeepLinkingSettings:
    types, data = claim.get("accept_types"), claim.get("data")
    if not isinstance(types, list) or not all(isinstance(one, str) for one in types):
        raise refused(Refusal.CLAIM_MALFORMED, DEEP_LINKING)
    if data is not None and (not isinstance(data, str) or _UNSTORABLE.search(data)):
        raise refused(Refusal.CLAIM_MALFORMED, DEEP_LINKING)
    return DeepLinkingSettings(
        return_url=_url(claim, "deep_link_return_url") or _missing(DEEP_LINKING),
        accept_types=frozenset(types),
        accepts_multiple=claim.get("accept_multiple") is True,
        data=data,
    )


def _custom(claim: Claims) -> Mapping[str, str]:
    """Return the custom parameters as text, without variables that were not expanded.

    Older Canvas sends numbers; a platform that does not know `$Variable` sends it
    back as it is.
    """
    custom: dict[str, str] = {}
    for name, value in claim.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        text = str(value) if is_number else value
        if isinstance(text, str) and not text.startswith("$"):
            if _UNSTORABLE.search(name + text):
                raise refused(Refusal.CLAIM_MALFORMED, CUSTOM)
            custom[name] = text
    return custom


def _locale(presentation: Claims) -> str | None:
    locale = presentation.get("locale")
    return locale if isinstance(locale, str) and _LOCALE.fullmatch(locale) else None


def _object(claims: Claims, name: str) -> Claims | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise refused(Refusal.CLAIM_MALFORMED, name)
    return value


def _optional(claims: Claims, name: str, parse: Callable[[Claims], _Value]) -> _Value | None:
    claim = _object(claims, name)
    return None if claim is None else parse(claim)


def _required_id(claims: Claims, name: str, absent: Refusal) -> str:
    value = claims.get(name)
    if value is None or value == "":
        raise refused(absent, name)
    if not isinstance(value, str) or len(value) > ID_MAXIMUM_CHARACTERS or _UNFIT.search(value):
        raise refused(Refusal.CLAIM_MALFORMED, name)
    return value


def _text(claims: Claims, name: str) -> str | None:
    """Return text to be shown, on one line and of bearable length; None if there is none."""
    value = claims.get(name)
    if not isinstance(value, str):
        return None
    return _UNFIT.sub(" ", value).strip()[:TEXT_MAXIMUM_CHARACTERS] or None


def _url(claims: Claims, name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not is_web_address(value):
        raise refused(Refusal.CLAIM_MALFORMED, name)
    return value


def _link(claims: Claims, name: str) -> str | None:
    """Return an address that a page may link to, or None: a bad one is left out."""
    value = claims.get(name)
    return value if isinstance(value, str) and is_web_address(value) else None


def _missing(name: str) -> NoReturn:
    raise refused(Refusal.CLAIM_MALFORMED, name)
