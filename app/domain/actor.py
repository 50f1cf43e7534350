"""Who did it (操作者): a person, or a rule of the system."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The one who acts. code: `staff:<id>`, `applicant:<account id>` or `system:<rule>`; it stands in the audit chain."""

    code: str
    staff_id: int | None = None
    account_id: int | None = None
    name: str = ""

    @property
    def is_person(self) -> bool:
        """A rule of the system is no person."""
        return not self.code.startswith("system:")


def system_actor(rule: str) -> Actor:
    """Return the actor of a rule, such as `system:deemed_approval`."""
    return Actor(code=f"system:{rule}")
