"""Forms: a closed subset of the form-js schema, and the check of what people answer."""

from app.domain.form.answers import Answers, check_answers, is_hidden
from app.domain.form.patterns import PATTERNS, is_credit_code, is_identity_number
from app.domain.form.reading import read_form
from app.domain.form.schema import FieldKind, FieldRules, FormField, FormSchema, MapsTo, Option

__all__ = [
    "PATTERNS",
    "Answers",
    "FieldKind",
    "FieldRules",
    "FormField",
    "FormSchema",
    "MapsTo",
    "Option",
    "check_answers",
    "is_credit_code",
    "is_hidden",
    "is_identity_number",
    "read_form",
]
