"""A package (部署包): diagrams and rules that are checked, approved and deployed together, or not at all."""

from dataclasses import dataclass

SUBMITTED, APPROVED, REJECTED, DEPLOYED = "submitted", "approved", "rejected", "deployed"
STATES = (SUBMITTED, APPROVED, REJECTED, DEPLOYED)
NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    """A file of a package. kind: what it is, such as `diagram`; change: against what was in force when it was checked."""

    path: str
    kind: str
    change: str
