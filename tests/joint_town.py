"""A town with one generated theme of eight members, each of a department of its own, and people who work on it.

The theme is files only, written into copies of the shipped folders: nothing of it is known to the program. Its question
`size` chooses the first five to all eight members.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import sqlalchemy as sa

from app.domain.actor import system_actor
from app.operations.deploy_rules import deploy_rules
from app.operations.manage_staff import issue_token
from app.settings import ROOT
from app.storage.database import Database
from app.storage.tables import case_file, user_task
from tests.world import World

THEME = "octet"
REGION = "422801"
DEPARTMENTS = ("ga", "rs", "gjj", "wj", "yb", "zj", "xf", "yc")
FEWEST = 5
REVIEWERS = {code: f"{code}1.enshi" for code in DEPARTMENTS}
DECIDERS = {code: f"{code}2.enshi" for code in DEPARTMENTS}
WINDOW, DELIVERY, APPLICANT = "window.enshi", "delivery.enshi", "applicant1"
OPEN = 2

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:lb="urn:lianban:bpmn:1" id="definitions_octet" targetNamespace="urn:lianban:diagrams">'
    '<bpmn:process id="theme_octet" name="八部门联办" isExecutable="true">'
)
TASKS = (
    '<bpmn:startEvent id="start" name="收件"/>'
    '<bpmn:userTask id="check" name="一窗核查" lb:role="window_clerk" lb:office="intake" lb:form="completeness_check"'
    ' lb:outcomes="accept" lb:startsClock="bundle_promised,bundle_statutory"/>'
    '<bpmn:inclusiveGateway id="fork" name="选办事项"/><bpmn:inclusiveGateway id="join"/>'
    '<bpmn:serviceTask id="open_delivery" name="统一出件" lb:operation="open_delivery"/>'
    '<bpmn:userTask id="deliver" name="出件" lb:role="delivery_clerk" lb:office="intake" lb:form="delivery"'
    ' lb:outcomes="delivered" lb:limit="delivery"/>'
    '<bpmn:serviceTask id="register_delivery" name="登记送达" lb:operation="register_delivery"/>'
    '<bpmn:serviceTask id="close_case" name="办结" lb:operation="close_case"/><bpmn:endEvent id="end" name="办结"/>'
)
CHAIN = ("join", "open_delivery", "deliver", "register_delivery", "close_case", "end")
FORM = """{"type": "default", "id": "theme_octet", "schemaVersion": 16, "components": [
{"type": "textfield", "key": "company_name", "label": "企业名称",
 "properties": {"label_en": "Company name", "maps_to": "%s"}, "validate": {"required": true}}]}"""
MEMBER_FORM = """{"type": "default", "id": "apply_octet", "schemaVersion": 16, "components": [
{"type": "textfield", "key": "company_name", "label": "企业名称",
 "properties": {"label_en": "Company name"}, "validate": {"required": true}}]}"""
MATTER = """code = "{code}"
name = "联办事项{number}"
item_type = "20"
case_type = "2"
pattern = "committed"
department = "{department}"
regions = ["{region}"]
form = "apply_octet"
promised_limit = "1WD"
statutory_limit = ""
delivery_limit = "10WD"
result_name = "结果"
legal_basis = ["测量用事项，无法律依据"]
deemed_exclusion = "not_licence"
is_deemed_whitelisted = false
deemed_document = ""
handled_by = "internal"
sod = "strict"
impl_code = "11{{region}}DEMO99998{number}4999999999997"
is_demo = true
limits_mark = "D"
suspension_grounds = []
is_listed = false
"""
THEME_HEAD = """code = "octet"
name = "八部门联办"
name_en = "Eight departments"
lead_department = "ga"
regions = ["422801"]
promised_limit = "3WD"

[[question]]
key = "size"
label = "几个事项？"
label_en = "How many members?"
values = [["5", "五", "five"], ["6", "六", "six"], ["7", "七", "seven"], ["8", "八", "eight"]]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """The folder that holds `bpmn` and `rules` with the theme."""

    folder: Path

    @property
    def bpmn_dir(self) -> Path:
        """Where the diagrams lie."""
        return self.folder / "bpmn"

    @property
    def rules_dir(self) -> Path:
        """Where the rules lie."""
        return self.folder / "rules"

    @property
    def environment(self) -> Mapping[str, str]:
        """What tells a server to read this folder."""
        return {"LIANBAN_CONTENT_DIR": str(self.folder)}


def build_town(world: World, folder: Path) -> Town:
    """Write the shipped folders and the theme below `folder`, and deploy them."""
    town = Town(folder=folder)
    shutil.copytree(ROOT / "bpmn", town.bpmn_dir)
    shutil.copytree(ROOT / "rules", town.rules_dir)
    _write(town.bpmn_dir / "themes" / THEME / "process.bpmn", _diagram())
    theme = town.rules_dir / "themes" / THEME
    _write(theme / "theme.toml", THEME_HEAD + "".join(_member_tables()))
    _write(theme / "guidance.dmn", _guidance())
    _write(theme / "form.json", FORM % ", ".join(f"{code_of(item)}.company_name" for item in DEPARTMENTS))
    _write(town.rules_dir / "forms" / "apply_octet.json", MEMBER_FORM)
    for number, department in enumerate(DEPARTMENTS, 1):
        matter = MATTER.format(code=code_of(department), number=number, department=department, region=REGION)
        _write(town.rules_dir / "matters" / department / f"{code_of(department)}.toml", matter)
    context = world.container.context
    deploy_rules(context, bpmn_dir=town.bpmn_dir, rules_dir=town.rules_dir, actor=system_actor("setup"))
    context.library.current()
    return town


def code_of(department: str) -> str:
    """Return the code of the matter a department has in the theme."""
    return f"{THEME}-{department}"


def application(number: int) -> Mapping[str, object]:
    """Return the body of an application; its number makes the applicant and says how many members it has."""
    applicant = {
        "kind": "company",
        "name": f"测试企业{number}",
        "id_type": "001",
        "id_number": f"91422800MA4{number:06d}X",
        "mobile": "13800000000",
    }
    return {
        "region_code": REGION,
        "applicant": applicant,
        "form": {"company_name": f"测试企业{number}"},
        "guidance": {"size": str(members_of(number))},
    }


def members_of(number: int) -> int:
    """Return how many members the application of this number has."""
    return FEWEST + number % (len(DEPARTMENTS) - FEWEST + 1)


def tokens(world: World) -> Mapping[str, str]:
    """Return a bearer token for each person of the town, by login."""
    people = (APPLICANT, WINDOW, DELIVERY, *REVIEWERS.values(), *DECIDERS.values())
    context = world.container.context
    return {login: str(issue_token(context, None, login=login, name="town", days=1)["token"]) for login in people}


def open_tasks(database: Database, case_no: str) -> Mapping[tuple[str, str], tuple[int, int]]:
    """Return the open tasks of a joint case and its members.

    (element of the member in the theme's diagram or "", element of the task) -> (id, version).
    """
    parent = sa.select(case_file.c.id).where(case_file.c.case_no == case_no).scalar_subquery()
    query = (
        sa.select(case_file.c.parent_element, user_task.c.element, user_task.c.id, user_task.c.version)
        .join(case_file, case_file.c.id == user_task.c.case_id)
        .where(user_task.c.state < OPEN, sa.or_(case_file.c.id == parent, case_file.c.parent_case_id == parent))
    )
    with database.read() as connection:
        return {(row[0] or "", row[1]): (row[2], row[3]) for row in connection.execute(query)}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _member_tables() -> Iterator[str]:
    for number, department in enumerate(DEPARTMENTS):
        optional = "is_optional = true\n" if number >= FEWEST else ""
        yield f'\n[[member]]\ncode = "{code_of(department)}"\n{optional}'


def _diagram() -> str:
    calls = "".join(
        f'<bpmn:callActivity id="{item}" name="{item}" calledElement="matter:{code_of(item)}"/>' for item in DEPARTMENTS
    )
    flows = [_flow("start", "check"), _flow("check", "fork")]
    for item in DEPARTMENTS:
        flows.append(_flow("fork", item, f'list contains(guidance.members, "{code_of(item)}")'))
        flows.append(_flow(item, "join"))
    flows += [_flow(source, target) for source, target in pairwise(CHAIN)]
    return f"{HEAD}{TASKS}{calls}{''.join(flows)}</bpmn:process></bpmn:definitions>"


def _flow(source: str, target: str, condition: str = "") -> str:
    drawn = f"<bpmn:conditionExpression>={condition}</bpmn:conditionExpression>" if condition else ""
    name = f' name="{target}"' if condition else ""
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<bpmn:sequenceFlow id="flow_{source}_{target}"{name} {ends}>{drawn}</bpmn:sequenceFlow>'


def _guidance() -> str:
    rules = "".join(
        f'<rule id="rule_{number}"><inputEntry id="i{number}"><text>{_from(number)}</text></inputEntry>'
        f'<outputEntry id="o{number}"><text>"{code_of(item)}"</text></outputEntry></rule>'
        for number, item in enumerate(DEPARTMENTS)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="guidance_octet" name="情形引导"'
        ' namespace="urn:lianban:decisions"><decision id="members" name="联办事项">'
        '<decisionTable id="members_table" hitPolicy="COLLECT"><input id="in_size" label="几个">'
        '<inputExpression id="ie_size" typeRef="string"><text>size</text></inputExpression></input>'
        '<output id="out_member" label="事项" name="member" typeRef="string"/>'
        f"{rules}</decisionTable></decision></definitions>"
    )


def _from(number: int) -> str:
    """Return the cell of a member: `-`, or the sizes it is part of."""
    return "-" if number < FEWEST else ", ".join(f'"{size}"' for size in range(number + 1, len(DEPARTMENTS) + 1))
