"""Give a finding about an implementation list the line of the field it is about."""

import re
from dataclasses import replace

from app.domain.diagram import Finding

# The line a finding about a list stands at, where its facts do not name the field.
FIELD_OF_CHECK = {
    "promise-over-statutory": "promised_limit",
    "matter-deemed": "is_deemed_whitelisted",
    "matter-deemed-document": "deemed_document",
    "matter-department": "department",
    "matter-code": "impl_code",
    "matter-code-twice": "impl_code",
    "matter-twice": "code",
    "matter-definition": "pattern|definition",
    "matter-form": "form",
    "matter-cards": "card_rule_set",
    "matter-fee": "is_fee_first",
    "matter-acceptance-basis": "is_deemed_acceptance",
}


def with_line(found: Finding, source: bytes) -> Finding:
    """Return a finding about a list with the line of the field it is about; line 1 where the field is missing.

    source: the list, TOML that can be read.
    """
    if found.line:
        return found
    field = FIELD_OF_CHECK.get(found.code) or re.escape(str(found.facts.get("name", "")).partition(".")[0])
    lines = source.decode("utf-8").splitlines()
    place = re.compile(rf"\s*(?:\[+\s*)?(?:{field})\s*[=\]]")
    return replace(found, line=next((number for number, line in enumerate(lines, 1) if place.match(line)), 1))
