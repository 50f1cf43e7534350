"""Persons of a case (办件当事人): who applies, and whom the matter is about. Pure."""

from collections.abc import Mapping

import orjson

from app.domain.certificate import Holder
from app.domain.change_rows.parties import PartyRow


def subject_of(party: PartyRow) -> Mapping[str, object]:
    """Return whom the matter is about (办理对象); empty where that is the applicant."""
    found: Mapping[str, object] = orjson.loads(party.subject) if party.subject else {}
    return found


def holder_of_party(party: PartyRow) -> Holder:
    """Return who holds what the case gives, and whose certificates stand for its materials."""
    subject = subject_of(party)
    if subject.get("name") and subject.get("id_number"):
        return Holder(
            name=str(subject["name"]), id_type=str(subject.get("id_type", "")), id_number=str(subject["id_number"])
        )
    return Holder(name=party.name, id_type=party.id_type, id_number=party.id_number)
