"""Check the service matters: names that exist, limits the law allows, approval by default only where it may be."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import date
from pathlib import Path

from app.catalogue.files import RuleFile, fault, read_folder, read_toml
from app.catalogue.matter_types import check_types
from app.catalogue.matters import MatterFile, matter_of, missing_fields
from app.domain.certificate import last_day_of
from app.domain.diagram import Finding
from app.domain.errors import InvalidInput
from app.domain.limit import TimeLimit, parse_limit
from app.domain.matter import DECISION_CLOCKS, PAPERS, ExtensionRule, LimitClass, MaterialRequirement, RenewalRule
from app.domain.vocabulary import CaseClass, ClockName, LimitUnit

IMPL_CODE_LENGTH = 31
LICENCE = "01"
LIMITS = ("promised_limit", "statutory_limit", "delivery_limit")
FOLDERS = {"pattern": "patterns", "process": "processes", "theme": "themes", "matter": "matters"}


def check_matters(rules_dir: Path, bpmn_dir: Path, departments: Collection[str]) -> Iterator[Finding]:
    """Return every fault of the matters. departments: codes that exist, such as `422801-scjg`."""
    matters = []
    promised = read_toml(rules_dir, rules_dir / "time_limits.toml").fields.get("promised", {})
    is_promise_extendable = bool(promised.get("extendable", False))
    for file in read_folder(rules_dir, "matters/*/*.toml"):
        lacking = tuple(_check_fields(file))
        yield from lacking
        if not lacking:
            matters.append(matter_of(file))
    for matter in matters:
        yield from _check_names(matter, rules_dir, bpmn_dir, departments)
        yield from _check_limits(matter)
        yield from _check_touches(matter, is_promise_extendable=is_promise_extendable)
        yield from _check_classes(matter)
        yield from _check_deemed(matter)
        yield from _check_acceptance(matter)
    yield from _check_renewals(matters)
    yield from _check_evidence(matters)
    yield from _check_codes(matters)


def diagram_path(definition_key: str) -> str:
    """Return where the diagram of a key such as `pattern:committed` lies below `bpmn/`."""
    kind, _, name = definition_key.partition(":")
    return f"{FOLDERS.get(kind, kind)}/{name}/process.bpmn"


def has_diagram(bpmn_dir: Path, definition_key: str) -> bool:
    """Say whether the diagram of a key such as `pattern:committed` is there."""
    return (bpmn_dir / diagram_path(definition_key)).is_file()


def is_time_limit(text: str) -> bool:
    """Say whether a limit is empty or an amount of time such as `5WD`; a list can promise nothing else."""
    try:
        return not text or isinstance(parse_limit(text), TimeLimit)
    except InvalidInput:
        return False


def _check_fields(file: RuleFile) -> Iterator[Finding]:
    wrong = tuple(check_types(file))
    if wrong:
        yield from wrong
        return
    for name in missing_fields(file):
        yield fault("matter-field", file, name=name)
    if "extension" in file.fields:
        yield from _check_row(file, "/extension", ExtensionRule, file.fields["extension"])
    if "renewal" in file.fields:
        yield from _check_row(file, "/renewal", RenewalRule, file.fields["renewal"])
    for number, row in enumerate(file.fields.get("material", [])):
        yield from _check_row(file, f"/material/{number}", MaterialRequirement, row)
    for number, row in enumerate(file.fields.get("class", [])):
        yield from _check_row(file, f"/class/{number}", LimitClass, row)


def _check_row(
    file: RuleFile,
    pointer: str,
    shape: type[ExtensionRule | LimitClass | MaterialRequirement | RenewalRule],
    row: Mapping[str, object],
) -> Iterator[Finding]:
    known = {field.name for field in fields(shape)}
    needed = {field.name for field in fields(shape) if field.default is MISSING}
    for name in sorted((row.keys() - known) | (needed - row.keys())):
        table = pointer.split("/")[1]
        yield fault("matter-field", file, at=f"{pointer}/{name}", name=f"{table}.{name}")


def _check_names(
    matter: MatterFile, rules_dir: Path, bpmn_dir: Path, departments: Collection[str]
) -> Iterator[Finding]:
    for number, region in enumerate(matter.regions):
        if f"{region}-{matter.department}" not in departments:
            yield fault(
                "matter-department", matter.file, at=f"/regions/{number}", department=f"{region}-{matter.department}"
            )
        if len(matter.impl_code_in(region)) != IMPL_CODE_LENGTH:
            yield fault("matter-code", matter.file, at="/impl_code", length=IMPL_CODE_LENGTH)
    if not has_diagram(bpmn_dir, matter.definition_key):
        yield fault(
            "matter-definition",
            matter.file,
            at="/definition" if "definition" in matter.fields else "/pattern",
            definition=matter.definition_key,
        )
    form = matter.fields["form"]
    if form and not (rules_dir / "forms" / f"{form}.json").is_file():
        yield fault("matter-form", matter.file, at="/form", form=form)
    rule_set = matter.fields.get("card_rule_set", "")
    if rule_set and not (rules_dir / "cards" / f"{rule_set}.toml").is_file():
        yield fault("matter-cards", matter.file, at="/card_rule_set", rule_set=rule_set)


def _check_limits(matter: MatterFile) -> Iterator[Finding]:
    for name in LIMITS:
        if not is_time_limit(matter.fields[name]):
            yield fault("matter-limit", matter.file, at=f"/{name}", name=name, text=matter.fields[name])
    if matter.fields.get("is_fee_first") and not matter.fields.get("fee"):
        yield fault("matter-fee", matter.file, at="/is_fee_first")
    validity = matter.fields.get("result_validity", "")
    if not _is_validity(validity):
        yield fault("matter-limit", matter.file, at="/result_validity", name="result_validity", text=validity)
    promised, statutory = (working_days(matter.fields[name]) for name in ("promised_limit", "statutory_limit"))
    if promised is not None and statutory is not None and promised > statutory:
        yield fault("promise-over-statutory", matter.file, at="/promised_limit", promised=promised, statutory=statutory)


def _check_touches(matter: MatterFile, *, is_promise_extendable: bool) -> Iterator[Finding]:
    """A suspension or an extension touches the promise, the limit of the law, or both; the promise alone does not grow."""
    extension = matter.fields.get("extension", {})
    given = {
        "suspension_touches": matter.fields.get("suspension_touches", DECISION_CLOCKS),
        "extension.touches": extension.get("touches", DECISION_CLOCKS),
    }
    for name, touches in given.items():
        if not touches or not set(touches) <= set(DECISION_CLOCKS) or len(set(touches)) < len(touches):
            yield fault(
                "matter-touches",
                matter.file,
                at=f"/{name.replace('.', '/')}",
                name=name,
                known=", ".join(DECISION_CLOCKS),
            )
    if tuple(given["extension.touches"]) == (ClockName.PROMISED.value,) and not is_promise_extendable:
        yield fault("promised-not-extendable", matter.file, at="/extension/touches")


def _check_classes(matter: MatterFile) -> Iterator[Finding]:
    """Classes have known names and limits inside the law; a case begins in the first one, with the promise of the list."""
    rows, known = matter.fields.get("class", []), tuple(item.value for item in CaseClass)
    statutory = working_days(matter.fields["statutory_limit"])
    for code, count in Counter(row["code"] for row in rows).items():
        if code not in known or count > 1:
            yield fault("matter-class", matter.file, at="/class", name=code, known=", ".join(known))
    for number, row in enumerate(rows):
        promised = working_days(row["promised_limit"])
        is_first_other = row is rows[0] and row["promised_limit"] != matter.fields["promised_limit"]
        is_over = promised is not None and statutory is not None and promised > statutory
        if is_first_other or is_over or not row["promised_limit"] or not is_time_limit(row["promised_limit"]):
            yield fault(
                "matter-class-limit",
                matter.file,
                at=f"/class/{number}/promised_limit",
                name=row["code"],
                text=row["promised_limit"],
            )


def _is_validity(text: str) -> bool:
    try:
        last_day_of(date(2000, 1, 1), text)
    except InvalidInput:
        return False
    return True


def working_days(text: str) -> int | None:
    """Return a limit in working days; None for one in another unit, for none, and for what is no limit."""
    limit = parse_limit(text) if text and is_time_limit(text) else None
    return limit.amount if isinstance(limit, TimeLimit) and limit.unit == LimitUnit.WORKING_DAY else None


def _check_deemed(matter: MatterFile) -> Iterator[Finding]:
    item = matter.fields
    if not item["is_deemed_whitelisted"]:
        return
    if item["deemed_exclusion"] or item["item_type"] != LICENCE:
        yield fault(
            "matter-deemed",
            matter.file,
            at="/is_deemed_whitelisted",
            exclusion=item["deemed_exclusion"] or "not_licence",
        )
    if not item["deemed_document"]:
        yield fault("matter-deemed-document", matter.file, at="/deemed_document")


def _check_acceptance(matter: MatterFile) -> Iterator[Finding]:
    """The five days of 行政许可法 art. 32 are left out only where another law says so; papers have known names."""
    item = matter.fields
    if not item.get("is_deemed_acceptance", True) and not item.get("deemed_acceptance_basis"):
        yield fault("matter-acceptance-basis", matter.file, at="/is_deemed_acceptance")
    for name in item.get("papers", PAPERS):
        if name not in PAPERS:
            yield fault("matter-paper", matter.file, at="/papers", name=name, known=", ".join(PAPERS))


def _check_codes(matters: list[MatterFile]) -> Iterator[Finding]:
    """Two files with one code would overwrite each other; two matters with one implementation code would mix cases."""
    codes = Counter(matter.code for matter in matters)
    offered = Counter(matter.impl_code_in(region) for matter in matters for region in matter.regions)
    for matter in matters:
        if codes[matter.code] > 1:
            yield fault("matter-twice", matter.file, at="/code", matter=matter.code)
        for region in matter.regions:
            if offered[matter.impl_code_in(region)] > 1:
                yield fault("matter-code-twice", matter.file, at="/impl_code", impl_code=matter.impl_code_in(region))


def _check_evidence(matters: list[MatterFile]) -> Iterator[Finding]:
    """A certificate stands for a material only where a matter gives one."""
    giving = {matter.code for matter in matters if matter.fields["result_name"]}
    for matter in matters:
        for row in matter.fields.get("material", []):
            unknown = sorted(set(row.get("satisfied_by", ())) - giving)
            if unknown:
                yield fault("matter-evidence", matter.path, name=row["name"], codes=", ".join(unknown))


def _check_renewals(matters: list[MatterFile]) -> Iterator[Finding]:
    """A renewal names matters that exist, a window in days, and the law that knows none where it is excluded."""
    known = {matter.code for matter in matters}
    for matter in matters:
        rule = matter.fields.get("renewal")
        if rule is None:
            continue
        renewed = {rule["renews"], *rule.get("also_renews", ())}
        is_unexplained = rule.get("is_excluded", False) and not rule.get("excluded_by")
        if renewed - known or rule.get("window_days", 1) < 1 or is_unexplained:
            yield fault("matter-renewal", matter.file, at="/renewal", renews=", ".join(sorted(renewed)))
