"""Building blocks of the sample pages, in one language."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.domain.vocabulary import Colour
from app.web.form_view import FormState, present_form
from app.web.presenting import LOCAL_ZONE, Remaining, Words, present_due, present_moment
from tests.unit.web.sample_forms import ANSWERS, FORM, schema

NOW = datetime(2026, 11, 24, 14, 2, 11, tzinfo=LOCAL_ZONE)
Row = tuple[str, str, tuple[str, ...], dict[str, object]]


class Parts:
    """Parts that several pages show."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def at(self, hours: float = 0) -> object:
        return present_moment(NOW + timedelta(hours=hours), now=NOW, words=self.words)

    def due(self, hours: float | None, colour: str = Colour.GREEN, remaining: Remaining | None = None) -> object:
        moment = None if hours is None else NOW + timedelta(hours=hours)
        return present_due(moment, now=NOW, colour=colour, remaining=remaining, words=self.words)

    def layout(self, roles: tuple[str, ...] = (), *, current_url: str = "/worklist?queue=group") -> dict[str, object]:
        people = {"name": "李四", "department": "利川市市场监督管理局", "roles": roles}
        if roles == ("applicant",):
            people = {"name": "张三丰", "department": "", "roles": roles}
        return {
            "lang": self.words.language,
            "account": people if roles else None,
            "flashes": [],
            "current_url": current_url,
        }

    def case(self) -> dict[str, object]:
        return {
            "case_no": "ES20261124000001",
            "name": "开办餐饮店一件事",
            "state": "accepted",
            "applicant": "张*",
            "id_number": "422802********1234",
            "mobile": "138****5678",
            "department": "利川市市场监督管理局",
            "intake_department": "利川市政务服务中心",
            "region": "利川市",
            "intake_mode": "综合窗口",
            "received_at": self.at(-30),
            "accepted_at": self.at(-28),
            "decision": "",
            "decision_reasons": "",
            "document_no": "",
            "filing": "",
            "parent_case_no": "ES20261124000009",
            "decided_at": None,
            "closed_at": None,
            "holder": "利川市市场监督管理局",
            "result": "",
        }

    def entries(self) -> list[dict[str, object]]:
        return [
            {"at": self.at(-30), "what": "收件", "who": "综合窗口 赵敏", "note": ""},
            {
                "at": self.at(-28),
                "what": "受理",
                "who": "综合窗口 赵敏",
                "note": "出具受理通知书 利市监受〔2026〕18 号",
            },
            {"at": self.at(-20), "what": "中止计时", "who": "审查 李四", "note": "专家评审,预计 5 个工作日"},
            {"at": self.at(-2), "what": "恢复计时", "who": "审查 李四", "note": ""},
        ]

    def clocks(self) -> list[dict[str, object]]:
        sentences = [
            "受理时间 11-23 10:02,受理当日不计,自 11-24 起算。",
            "承诺 5 个工作日,11-24 至 11-30,其中 11-28、11-29 为休息日。",
            "中止 1 次,扣除 11-23 18:02 至 11-24 12:02。",
        ]
        due = self.due(27.5, Colour.YELLOW, Remaining(working_days=2, working_minutes=240))
        base = {"pause_count": 1, "sentences": sentences, "entries": self.entries()}
        return [
            {**base, "name": "promised", "state": "running", "due": due, "limit": "5 个工作日"},
            {
                **base,
                "name": "statutory",
                "state": "paused",
                "due": self.due(None, Colour.PAUSED),
                "limit": "20 个工作日",
            },
            {
                **base,
                "name": "notice5",
                "state": "stopped",
                "due": self.due(None),
                "limit": "5 个工作日",
                "pause_count": 0,
                "sentences": [],
                "entries": [],
            },
        ]

    def materials(self) -> list[dict[str, object]]:
        row = {
            "is_required": True,
            "is_marked": True,
            "remark": "",
            "mark_error": "",
            "checked_by": "",
            "trust": "C",
            "file_name": "",
            "size": "",
            "certificate_no": "",
            "valid_to": "",
            "seen_by": "",
        }
        return [
            {
                **row,
                "code": "id_card",
                "name": "身份证明",
                "state": "accepted",
                "url": "/materials/1",
                "file_name": "身份证.pdf",
                "size": "212 KB",
                "trust": "A",
                "checked_by": "赵敏",
            },
            {
                **row,
                "code": "lease",
                "name": "经营场所使用证明",
                "state": "wrong",
                "url": "/materials/2",
                "file_name": "租赁合同.pdf",
                "size": "1.4 MB",
                "valid_to": "2026-12-31",
                "seen_by": "恩施市公安局",
                "remark": "合同缺少签字页。",
                "mark_error": "请说明哪里不符。",
            },
            {
                **row,
                "code": "photo",
                "name": "门店照片",
                "state": "missing",
                "url": "",
                "is_marked": False,
                "is_required": False,
                "trust": "",
            },
        ]

    def members(self) -> list[dict[str, object]]:
        return [
            {
                "name": "企业设立登记",
                "case_no": "ES20261124000002",
                "url": "/cases/ES20261124000002",
                "department": "市场监管局",
                "state": "closed",
                "due": None,
                "is_external": False,
            },
            {
                "name": "公章刻制备案",
                "case_no": "ES20261124000003",
                "url": "",
                "department": "公安局",
                "state": "accepted",
                "due": self.due(8, Colour.RED),
                "is_external": False,
            },
            {
                "name": "银行预约开户",
                "case_no": "",
                "url": "",
                "department": "开户银行",
                "state": "",
                "due": None,
                "is_external": True,
            },
        ]

    def card(self, colour: str, state: str, *acts: str) -> dict[str, object]:
        return {
            "id": "9",
            "version": 0,
            "url": "/cards/9",
            "colour": colour,
            "cause": "时限",
            "content": "承诺时限:按规则 ENSHI_50_90 发黄牌",
            "clock": "promised",
            "state": state,
            "case_no": "ES20261124000001",
            "case_name": "食品经营许可",
            "county": "利川市",
            "department": "利川市市场监督管理局",
            "handler": "李四" if acts else "",
            "issued_at": self.at(-1),
            "acts": acts,
        }

    def common(self) -> dict[str, object]:
        return {
            "case": self.case(),
            "clocks": self.clocks(),
            "materials": self.materials(),
            "members": self.members(),
            "timeline": self.entries(),
            "answers": [("字号", "清江小馆"), ("注册资本", "10 万元")],
            "basis": ["《中华人民共和国食品安全法》第三十五条", "《食品经营许可和备案管理办法》第十二条"],
            "diagram": {
                "xml_url": "/cases/ES20261124000001/diagram.bpmn",
                "current": ["review"],
                "done": ["check"],
                "faults": [],
            },
            "cards": [self.card("yellow", "issued", "acknowledge"), self.card("abnormal", "revoked")],
            "documents": [
                {
                    "name": "受理通知书",
                    "document_no": "利市监受〔2026〕18 号",
                    "issued_at": self.at(-28),
                    "url": "/documents/1",
                    "seal": "by_person",
                    "seal_url": "/documents/1/seal",
                }
            ],
            "certificates": [],
            "renewal": None,
        }

    def form(self, found: Mapping[str, object] = FORM, **errors: str) -> object:
        state = FormState(language=self.words.language, errors={f"form.{name}": text for name, text in errors.items()})
        return present_form(schema(found), ANSWERS, state=state)
