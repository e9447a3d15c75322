"""What an earner keeps when the course is over: one link that opens all of their badges.

Whoever has the link is taken for the earner, so it is shown once, stored hashed, and
replaced from any launch of theirs.
"""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote, urlencode
from uuid import UUID

import segno
from sqlalchemy.orm import Session

from badges.summary import read_summary
from badges.untrusted import parse_object
from lti_tool.errors import NotFoundError
from lti_tool.lti.login import secret_hash
from lti_tool.services.disclosing import disclosure_of
from lti_tool.services.forms import can_hide_levels
from lti_tool.services.linkedin import add_to_profile_url
from lti_tool.services.pages.public import KeepPage, KeptBadge, KeptPage
from lti_tool.services.pages.stack import ComponentView
from lti_tool.services.pictures import SVG
from lti_tool.services.stack_pages import credential_components
from lti_tool.services.urls import CourseURLs, KeepURLs, PublicURLs
from lti_tool.store import awards, keeping
from lti_tool.store.keeping import KeptParts
from lti_tool.store.rows import AwardRow, KeepLinkRow
from lti_tool.values import Clock, Launch, NewId, RandomToken

KEPT_NOTICES = frozenset({"shared", "unshared"})


def make_keep_link(
    session: Session, earner_id: UUID, *, clock: Clock, new_id: NewId, random_token: RandomToken
) -> str:
    """Make an earner's keep link, in place of a former one; return its token, once."""
    # Two clicks at once make one link.
    awards.lock_earner(session, earner_id)
    keeping.end_keep_links(session, earner_id, now=clock())
    token = random_token()
    session.add(
        KeepLinkRow(
            id=new_id(),
            earner_id=earner_id,
            token_hash=secret_hash(token),
            created_at=clock(),
            ended_at=None,
        )
    )
    session.flush()
    return token


def keep_page(session: Session, launch: Launch, *, base_url: str, token: str = "") -> KeepPage:
    """Return what a keep link is, for an earner in a launch; `token` is of a new one."""
    existing = keeping.find_keep_link_of(session, launch.earner_id)
    link = f"{base_url}{KeepURLs(token).home}" if token else ""
    urls = CourseURLs(launch.ref)
    return KeepPage(
        link=link,
        qr_code=segno.make(link, error="m").svg_data_uri(scale=6, border=2) if link else "",
        mail_url=f"mailto:?{urlencode({'body': link}, quote_via=quote)}" if link else "",
        made_on=existing.created_at if existing else None,
        make_url=urls.keep,
        name_url=urls.own_name(),
        back_url=urls.home,
    )


def find_keeper(session: Session, token: str) -> UUID:
    """Return the earner whose keep link this is.

    Raises:
        NotFoundError: it is nobody's, or was replaced.
    """
    link = keeping.find_keep_link(session, secret_hash(token))
    if link is None:
        raise NotFoundError("no such keep link")
    return link.earner_id


def kept_page(session: Session, token: str, *, public_urls: PublicURLs) -> KeptPage:
    """Return an earner's page: all that they ever earned here, newest first.

    Raises: as `find_keeper`.
    """
    earner_id = find_keeper(session, token)
    badges = tuple(
        replace(
            _kept(parts, KeepURLs(token), public_urls),
            components=_components(session, parts[1], public_urls),
        )
        for parts in keeping.list_kept(session, earner_id)
    )
    return KeptPage(
        name=_name_on(badges),
        badges=badges,
        verify_url=public_urls.verify,
        name_url=KeepURLs(token).own_name(),
    )


def _name_on(badges: Sequence[KeptBadge]) -> str:
    """Return the name on the newest badge; those that were taken back keep a former one."""
    live = [one for one in badges if one.revoked_on is None]
    return next((one.name for one in live or badges if one.name), "")


def _components(session: Session, award: AwardRow, urls: PublicURLs) -> tuple[ComponentView, ...]:
    """Return what a microcredential rests on; each badge has its own place on the page."""
    if award.origin != "pathway":
        return ()
    return credential_components(session, award, urls=urls, credential_url=lambda _: None)[1]


def _kept(parts: KeptParts, own: KeepURLs, urls: PublicURLs) -> KeptBadge:
    credential, award, version, issuer, share = parts
    summary = read_summary(parse_object(credential.document))
    link = urls.shared(share.token) if share else None
    return KeptBadge(
        title=version.title,
        program=version.program_title,
        image_url=urls.image(version.id, version.image_type),
        image_alt=summary.image_caption or version.title,
        name=summary.subject_name or "",
        issuer_name=issuer.name,
        issued_on=credential.issued_at,
        revoked_on=award.revoked_at,
        share_link=link,
        shows=disclosure_of(share).value,
        has_levels=award.revoked_at is None and can_hide_levels(credential),
        share_url=own.share(credential.id),
        unshare_url=own.unshare(credential.id),
        evidence_url=own.own_evidence(credential.id) if award.decision_id else None,
        json_url=own.credential(credential.id, ".json"),
        jwt_url=own.credential(credential.id, ".jwt"),
        picture_url=own.credential(credential.id, ".png"),
        svg_url=own.credential(credential.id, ".picture") if version.image_type == SVG else None,
        kit_url=own.credential(credential.id, ".zip"),
        record_url=own.credential(credential.id, ".record") if award.origin == "pathway" else None,
        linkedin_url=add_to_profile_url(
            title=version.title,
            organisation=issuer.name,
            issued_on=credential.issued_at,
            link=link,
            credential_id=str(share.form_id or credential.id),
        )
        if share and link
        else None,
    )
