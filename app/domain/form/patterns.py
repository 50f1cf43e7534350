"""Named patterns of form fields. A form names one of them and never brings an expression of its own.

All run in linear time. Sources: GB 11643-1999 (citizen identity number, check character by ISO 7064 MOD 11-2);
GB 32100-2015 (unified social credit code, check character MOD 31).
"""

import re
from collections.abc import Callable, Mapping
from datetime import date

_IDENTITY = re.compile(r"[1-9]\d{5}(\d{4})(\d{2})(\d{2})\d{3}[\dX]", re.ASCII)
_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECKS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT = re.compile(rf"[{_CREDIT_ALPHABET}]{{2}}\d{{6}}[{_CREDIT_ALPHABET}]{{10}}", re.ASCII)
_FIRST_YEAR = 1850


def is_identity_number(text: str) -> bool:
    """Check an 18-character citizen identity number: form, date of birth and check character. Source: GB 11643."""
    match = _IDENTITY.fullmatch(text)
    if match is None or int(match[1]) < _FIRST_YEAR or not _is_date(f"{match[1]}-{match[2]}-{match[3]}"):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _IDENTITY_WEIGHTS, strict=False))
    return text[-1] == _IDENTITY_CHECKS[total % 11]


def is_credit_code(text: str) -> bool:
    """Check an 18-character unified social credit code: alphabet, region digits, check character. Source: GB 32100."""
    if _CREDIT.fullmatch(text) is None:
        return False
    total = sum(
        _CREDIT_ALPHABET.index(character) * weight for character, weight in zip(text, _CREDIT_WEIGHTS, strict=False)
    )
    return text[-1] == _CREDIT_ALPHABET[-total % 31]


def _is_date(text: str) -> bool:
    if len(text) != len("2026-01-01"):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _matching(expression: str) -> Callable[[str], bool]:
    compiled = re.compile(expression, re.ASCII)
    return lambda text: compiled.fullmatch(text) is not None


PATTERNS: Mapping[str, Callable[[str], bool]] = {
    "id_card": is_identity_number,
    "uscc": is_credit_code,
    "mobile": _matching(r"1[3-9]\d{9}"),
    "phone": _matching(r"1[3-9]\d{9}|(?:0\d{2,3}-?)?[1-9]\d{6,7}(?:-\d{1,6})?"),
    "postcode": _matching(r"\d{6}"),
    "date": _is_date,
    "email": _matching(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}"),
    "digits": _matching(r"\d{1,64}"),
    "bank_account": _matching(r"\d{8,32}"),
    "region_code": _matching(r"\d{6}(?:\d{3}){0,2}"),
}
