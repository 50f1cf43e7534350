"""One full context for every page, and a bare one where lists may be empty. Names are those of the template headers."""

from tests.unit.web.sample_admin import AdminPages
from tests.unit.web.sample_calendar import calendar_pages
from tests.unit.web.sample_changes import change_pages
from tests.unit.web.sample_corrections import correction_pages
from tests.unit.web.sample_holds import hold_pages
from tests.unit.web.sample_officer import OfficerPages
from tests.unit.web.sample_packages import package_pages
from tests.unit.web.sample_public import PublicPages
from tests.unit.web.sample_versions import version_pages


class Samples(OfficerPages, AdminPages, PublicPages):
    """Every page in one language."""

    def pages(self) -> dict[str, tuple[str, dict[str, object]]]:
        """Return name of the sample -> (template, context)."""
        rows = [
            *self.officer_pages(),
            *self.admin_pages(),
            *self.public_pages(),
            *calendar_pages(self),
            *change_pages(self),
            *correction_pages(self),
            *hold_pages(self),
            *package_pages(self),
            *version_pages(self),
        ]
        return {
            name: (f"{template}.html", {**self.layout(roles), **context}) for name, template, roles, context in rows
        }
