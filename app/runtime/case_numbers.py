"""Case numbers (办件编号): a prefix, the local date of the receipt, six digits of a daily sequence."""

from datetime import datetime

from app.domain.calendar import ZONE
from app.runtime.casework import Ports

THEME_CODE_LENGTH = 16


def number_case(ports: Ports, *, prefix: str, received_at: datetime) -> str:
    """Return `<prefix><YYYYMMDD><6 digits>`, given in the transaction of the receipt; never reused, gaps are possible.

    prefix: the implementation code of a matter (31 characters), or what `theme_prefix` gives.
    """
    number = ports.next_number(kind="case", scope=prefix, on=received_at)
    return f"{prefix}{received_at.astimezone(ZONE):%Y%m%d}{number:06d}"


def theme_prefix(theme_code: str, region_code: str) -> str:
    """Return the prefix of a joint case: `LB`, the theme in upper case, the county."""
    return f"LB{theme_code.upper()[:THEME_CODE_LENGTH]}{region_code[:6]}"
