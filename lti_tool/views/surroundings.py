"""What services need of the installation to build pages, out of the running process."""

from lti_tool.files.parts import PartFiles
from lti_tool.runtime import runtime
from lti_tool.services.file_access import FileLinks
from lti_tool.services.urls import PublicURLs
from lti_tool.services.work_page import Surroundings

COPIED_ON = "quatrefoil.copied_on"
"""Where a request says that its page is for a static copy, made at this instant. No visitor from
outside can say so: what they send stands under other names."""


def file_links() -> FileLinks:
    """Return what makes the addresses of files."""
    here = runtime()
    return FileLinks(
        secret_key=here.settings.secret_key, base_url=here.settings.base_url, clock=here.clock
    )


def public_urls() -> PublicURLs:
    """Return the addresses of the world's side."""
    return PublicURLs(runtime().settings.base_url)


def part_files() -> PartFiles:
    """Return the uploads in progress."""
    return runtime().part_files


def surroundings() -> Surroundings:
    """Return what a learner's page needs."""
    settings = runtime().settings
    return Surroundings(
        links=file_links(),
        public_urls=public_urls(),
        maximum_bytes=settings.max_file_bytes,
        received=part_files().size,
    )
