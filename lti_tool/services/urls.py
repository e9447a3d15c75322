"""Every address of the tool, in one place: pages get ready strings.

A test holds these against the routes of the views.
"""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode
from uuid import UUID

IMAGE_ENDINGS = {"image/svg+xml": "svg", "image/png": "png"}
"""How the names of badge images end, by their media types."""


class EarnerURLs(Protocol):
    """Where an earner looks after their badges: in a launch, or behind their keep link."""

    @property
    def home(self) -> str:
        """Where they come from."""

    def own_evidence(self, credential_id: UUID, below: str = "") -> str:
        """What others see of the work behind a badge."""

    def own_name(self, step: str = "") -> str:
        """Whom their badges name."""


@dataclass(frozen=True, slots=True)
class CourseURLs:
    """Addresses inside one launch: `/l/<ref>/…`, relative to the tool's origin."""

    ref: str

    @property
    def home(self) -> str:
        """Where the launch lands: the right page for the role and the state."""
        return f"/l/{self.ref}/"

    def home_with(self, notice: str) -> str:
        """Home, saying what the last action did."""
        return f"{self.home}?{urlencode({'notice': notice})}"

    @property
    def start(self) -> str:
        """POST: open a draft."""
        return f"/l/{self.ref}/start"

    @property
    def activity(self) -> str:
        """The activity as learners see it before they start."""
        return f"/l/{self.ref}/activity"

    @property
    def work(self) -> str:
        """The draft: GET the page, POST a save or an action."""
        return f"/l/{self.ref}/work"

    @property
    def uploads(self) -> str:
        """POST: announce a file."""
        return f"/l/{self.ref}/uploads"

    def upload(self, artefact_id: UUID) -> str:
        """GET the offset, PUT a chunk, DELETE; `/finish` below it."""
        return f"/l/{self.ref}/uploads/{artefact_id}"

    @property
    def take_back(self) -> str:
        """POST: make a submission a draft again."""
        return f"/l/{self.ref}/take-back"

    @property
    def resubmit(self) -> str:
        """POST: open the next attempt."""
        return f"/l/{self.ref}/resubmit"

    @property
    def share(self) -> str:
        """POST: make the badge's share link."""
        return f"/l/{self.ref}/share"

    @property
    def unshare(self) -> str:
        """POST: end the badge's share link."""
        return f"/l/{self.ref}/unshare"

    def own_credential(self, credential_id: UUID, form: str = "") -> str:
        """The earner's own view of a credential, or of one of its files, by their endings."""
        return f"/l/{self.ref}/credentials/{credential_id}{form}"

    @property
    def stack(self) -> str:
        """The microcredentials of the program behind the activity, and how far one is."""
        return f"/l/{self.ref}/stack"

    def hand_in(self, pathway_id: UUID) -> str:
        """A badge of another issuer for a microcredential: GET the form, POST it."""
        return f"/l/{self.ref}/stack/{pathway_id}/hand-in"

    def withdraw(self, foreign_id: UUID) -> str:
        """POST: take back a badge of another issuer that was handed in."""
        return f"/l/{self.ref}/stack/handed-in/{foreign_id}/withdraw"

    def share_own(self, credential_id: UUID) -> str:
        """POST: make the share link of one of the earner's credentials."""
        return f"/l/{self.ref}/credentials/{credential_id}/share"

    def unshare_own(self, credential_id: UUID) -> str:
        """POST: end the share link of one of the earner's credentials."""
        return f"/l/{self.ref}/credentials/{credential_id}/unshare"

    def own_evidence(self, credential_id: UUID, below: str = "") -> str:
        """What others see of the work: GET, POST; below it its steps."""
        return f"/l/{self.ref}/credentials/{credential_id}/evidence{below}"

    def own_name(self, step: str = "") -> str:
        """Whom an earner's badges name: GET the form; POST to `/preview`, then `/confirm`."""
        return f"/l/{self.ref}/keep/name{step}"

    @property
    def keep(self) -> str:
        """GET what a keep link is, POST to make one."""
        return f"/l/{self.ref}/keep"

    @property
    def bind(self) -> str:
        """GET the choice of badges, POST one."""
        return f"/l/{self.ref}/bind"

    def queue(self, *, state: str = "open", page: int = 1) -> str:
        """The instructor's list of attempts."""
        return f"/l/{self.ref}/queue?{urlencode({'state': state, 'page': page})}"

    @property
    def agreement(self) -> str:
        """How often several assessors agreed."""
        return f"/l/{self.ref}/agreement"

    def attempt(self, attempt_id: UUID, *, seat: int | None = None) -> str:
        """The scoring page: GET it, POST a save or an action; where several rate, of a seat."""
        query = "" if seat is None else f"?seat={seat}"
        return f"/l/{self.ref}/attempts/{attempt_id}{query}"

    def attempt_with(self, attempt_id: UUID, notice: str, *, about: UUID) -> str:
        """The scoring page, saying what the last action did to the attempt `about`."""
        query = urlencode({"notice": notice, "about": about})
        return f"/l/{self.ref}/attempts/{attempt_id}?{query}"

    def claim(self, attempt_id: UUID) -> str:
        """POST: keep or take the claim on an attempt."""
        return f"/l/{self.ref}/attempts/{attempt_id}/claim"

    def round(self, attempt_id: UUID, key: str) -> str:
        """What somebody else said of the work: GET the form, POST what was typed in."""
        return f"/l/{self.ref}/attempts/{attempt_id}/rounds/{key}"

    def release(self, attempt_id: UUID, *, action: str = "release") -> str:
        """GET what will happen, POST to make it happen; `action` is release or return."""
        return f"/l/{self.ref}/attempts/{attempt_id}/{action}"

    def correct(self, attempt_id: UUID, *, step: str = "") -> str:
        """Correct a decision: GET the form; POST to `/preview`, then `/confirm`."""
        return f"/l/{self.ref}/attempts/{attempt_id}/correct{step}"

    def resend(self, attempt_id: UUID) -> str:
        """POST: send an attempt's result to the gradebook again."""
        return f"/l/{self.ref}/attempts/{attempt_id}/resend"

    def submission(self, submission_id: UUID) -> str:
        """The latest attempt of one submission, for links from the gradebook."""
        return f"/l/{self.ref}/submissions/{submission_id}"


@dataclass(frozen=True, slots=True)
class DeskURLs:
    """Addresses of the program desk inside one launch: `/l/<ref>/desk/…`."""

    ref: str

    @property
    def home(self) -> str:
        """The programs that somebody coordinates, or whom to ask."""
        return f"/l/{self.ref}/desk/"

    @property
    def invite(self) -> str:
        """POST: open an invitation."""
        return f"/l/{self.ref}/desk/invite"

    def program(self, program_id: UUID, notice: str = "") -> str:
        """One program with its badges; `notice` says what the last action did."""
        return f"/l/{self.ref}/desk/{program_id}/{_query(notice)}"

    def people(self, program_id: UUID, notice: str = "") -> str:
        """Coordinators and assessors: GET them, POST a change."""
        return f"/l/{self.ref}/desk/{program_id}/people{_query(notice)}"

    def courses(self, program_id: UUID, notice: str = "") -> str:
        """The courses that may award: GET them, POST a change."""
        return f"/l/{self.ref}/desk/{program_id}/courses{_query(notice)}"

    def log(self, program_id: UUID, page: int = 1) -> str:
        """What happened in a program."""
        return f"/l/{self.ref}/desk/{program_id}/log?{urlencode({'page': page})}"

    def learners(self, program_id: UUID, table: str = "") -> str:
        """Who stands how with which badge; `table` is "" or `.csv`."""
        return f"/l/{self.ref}/desk/{program_id}/learners{table}"

    def revoke(self, program_id: UUID, notice: str = "") -> str:
        """Badges to take back: GET who holds one, POST whom it is taken from."""
        return f"/l/{self.ref}/desk/{program_id}/revoke{_query(notice)}"

    def bulk(self, program_id: UUID, table: str = "") -> str:
        """Awards from a file: GET the form, POST a step; `.csv` is a file to fill in."""
        return f"/l/{self.ref}/desk/{program_id}/bulk{table}"

    def stack(self, program_id: UUID, notice: str = "") -> str:
        """The program's microcredentials, who waits for one, what was attested."""
        return f"/l/{self.ref}/desk/{program_id}/stack/{_query(notice)}"

    def add_pathway(self, program_id: UUID) -> str:
        """POST: begin a microcredential."""
        return f"/l/{self.ref}/desk/{program_id}/stack/add"

    def pathway(self, program_id: UUID, achievement_id: UUID, notice: str = "") -> str:
        """A microcredential's form: GET it, POST a save or an action."""
        return f"/l/{self.ref}/desk/{program_id}/stack/{achievement_id}{_query(notice)}"

    def accept(self, program_id: UUID, achievement_id: UUID) -> str:
        """A badge from elsewhere that counts: GET the form, POST a step of it."""
        return f"/l/{self.ref}/desk/{program_id}/stack/{achievement_id}/accept"

    def foreign(self, program_id: UUID, foreign_id: UUID, answer: str = "") -> str:
        """A badge of another issuer that was handed in: GET it, POST `/confirm` or `/refuse`."""
        return f"/l/{self.ref}/desk/{program_id}/stack/from-elsewhere/{foreign_id}{answer}"

    def publish_pathway(self, program_id: UUID, achievement_id: UUID) -> str:
        """GET what publishing a microcredential would do, POST to do it."""
        return f"/l/{self.ref}/desk/{program_id}/stack/{achievement_id}/publish"

    def sign_off(self, program_id: UUID) -> str:
        """POST: sign a microcredential off for one learner."""
        return f"/l/{self.ref}/desk/{program_id}/stack/sign-off"

    def award_overdue(self, program_id: UUID) -> str:
        """POST: award microcredentials that people have earned and no award has brought."""
        return f"/l/{self.ref}/desk/{program_id}/stack/award"

    def attest(self, program_id: UUID) -> str:
        """An earlier award of a learner: GET the form, POST it."""
        return f"/l/{self.ref}/desk/{program_id}/stack/attest"

    def add_badge(self, program_id: UUID) -> str:
        """POST: add an empty slot to the program."""
        return f"/l/{self.ref}/desk/{program_id}/badges"

    def badge(self, achievement_id: UUID, tab: str = "", notice: str = "") -> str:
        """A badge's settings: its editor, or whom to ask; `tab` is one of its other pages."""
        return f"/l/{self.ref}/desk/badges/{achievement_id}/{tab}{_query(notice)}"


@dataclass(frozen=True, slots=True)
class KeepURLs:
    """Addresses of an earner's own page: `/keep/<token>/…`, relative to the tool's origin."""

    token: str

    @property
    def home(self) -> str:
        """All that they earned."""
        return f"/keep/{self.token}/"

    def credential(self, credential_id: UUID, file: str) -> str:
        """A credential to take along; `file` is `.json`, `.jwt`, `.png`, `.picture` or `.zip`."""
        return f"/keep/{self.token}/{credential_id}{file}"

    def share(self, credential_id: UUID) -> str:
        """POST: make a credential's share link."""
        return f"/keep/{self.token}/{credential_id}/share"

    def unshare(self, credential_id: UUID) -> str:
        """POST: end a credential's share link."""
        return f"/keep/{self.token}/{credential_id}/unshare"

    def own_evidence(self, credential_id: UUID, below: str = "") -> str:
        """What others see of the work: GET, POST; below it its steps."""
        return f"/keep/{self.token}/{credential_id}/evidence{below}"

    def own_name(self, step: str = "") -> str:
        """Whom an earner's badges name: GET the form; POST to `/preview`, then `/confirm`."""
        return f"/keep/{self.token}/name{step}"


def _query(notice: str) -> str:
    return f"?{urlencode({'notice': notice})}" if notice else ""


@dataclass(frozen=True, slots=True)
class PublicURLs:
    """Absolute addresses of the world's side. They stand in credentials for ten years."""

    base_url: str

    def achievement(self, version_id: UUID, form: str = "") -> str:
        """One achievement version; `form` is "" or `.json`."""
        return f"{self.base_url}/achievements/{version_id}{form}"

    def endorsement(self, endorsement_id: UUID) -> str:
        """One endorsement by an issuer of ours: its id, and where it is."""
        return f"{self.base_url}/endorsements/{endorsement_id}"

    def criteria(self, version_id: UUID) -> str:
        """The criteria of one achievement version, for people."""
        return f"{self.base_url}/achievements/{version_id}/criteria"

    def rubric(self, version_id: UUID) -> str:
        """The whole rubric of one achievement version, for people."""
        return f"{self.base_url}/achievements/{version_id}/rubric"

    def image(self, version_id: UUID, media_type: str = "image/svg+xml") -> str:
        """The badge image; its name says of which kind it is."""
        ending = IMAGE_ENDINGS[media_type]
        return f"{self.base_url}/achievements/{version_id}/image.{ending}"

    def card(self, version_id: UUID) -> str:
        """The picture that stands for an achievement version where a link is shared."""
        return f"{self.base_url}/achievements/{version_id}/card.png"

    def credential(self, credential_id: UUID) -> str:
        """A credential's id, which is also its page (private until shared)."""
        return f"{self.base_url}/credentials/{credential_id}"

    def component(self, foreign_id: UUID) -> str:
        """A credential of another issuer that a microcredential rests on, as it was handed in."""
        return f"{self.base_url}/components/{foreign_id}"

    def shared(self, token: str, form: str = "") -> str:
        """A shared credential; `form` is "", `.json`, `.jwt`, `.png` or `.picture`."""
        return f"{self.base_url}/s/{token}{form}"

    def evidence(self, evidence_page_id: UUID) -> str:
        """The opaque evidence page of one award."""
        return f"{self.base_url}/evidence/{evidence_page_id}"

    def key(self, slug: str, key_id: str) -> str:
        """One public key of an issuer as one JWK: the `kid` of its VC-JWTs."""
        return f"{self.base_url}/issuers/{slug}/keys/{key_id}"

    def status_list(self, status_list_id: UUID) -> str:
        """A signed status list."""
        return f"{self.base_url}/status/{status_list_id}"

    def file(self, ticket: str) -> str:
        """A file by a ticket of a few minutes."""
        return f"{self.base_url}/files/{ticket}"

    def shown_file(self, ticket: str) -> str:
        """A file that an earner shows on an evidence page, by a ticket."""
        return f"{self.base_url}/evidence/files/{ticket}"

    @property
    def verify(self) -> str:
        """The page that verifies any badge."""
        return f"{self.base_url}/verify"

    @property
    def login(self) -> str:
        """Where platforms begin a login."""
        return f"{self.base_url}/lti/login"

    @property
    def jwks(self) -> str:
        """The tool's public keys, for platforms."""
        return f"{self.base_url}/lti/jwks.json"

    @property
    def launch(self) -> str:
        """The one redirect URI that platforms post to."""
        return f"{self.base_url}/lti/launch"

    def launch_of_submission(self, submission_id: UUID) -> str:
        """Where a gradebook's link opens one submission after its launch."""
        return f"{self.launch}?r={submission_id}"
