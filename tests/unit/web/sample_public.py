"""Sample pages of applicants."""

from app.domain.vocabulary import Colour
from app.web.form_view import FormState, present_form
from app.web.presenting import Remaining
from tests.unit.web.sample_corrections import ASKED
from tests.unit.web.sample_forms import FORM, schema
from tests.unit.web.sample_parts import Parts, Row

NO_PAPER = {"values": {"paper_number": "", "paper_received_at": ""}, "uploads": []}
APPLICANT = ("applicant",)


class PublicPages(Parts):
    """Contexts of the pages of applicants."""

    def application(self) -> dict[str, object]:
        row = {
            "is_required": True,
            "note": "",
            "formats": "PDF、JPG、PNG",
            "max_size": "20 MB",
            "held": [],
            "chosen": "",
        }
        return {
            "region": {"code": "422802", "label": "利川市"},
            "applicant": {
                "kind": "person",
                "name": "张三丰",
                "id_type": "111",
                "id_number": "",
                "mobile": "13800005678",
            },
            "id_types": [{"code": code, "label": self.words.label("id_type", code)} for code in ("111", "414", "990")],
            "fields": self.form(trade_name="请填写“字号”。"),
            "materials": [
                {
                    **row,
                    "code": "id_card",
                    "name": "身份证明",
                    "held": [{"id": "9", "name": "身份证.pdf", "trust": "A"}],
                },
                {**row, "code": "lease", "name": "经营场所使用证明", "note": "租赁合同或房产证。"},
                {**row, "code": "photo", "name": "门店照片", "is_required": False},
            ],
            "intake_modes": [{"code": "window", "label": "综合窗口"}],
            "intake_mode": "window",
            "request_key": "2f1c",
            "given_json": "{}",
            "duplicates": [
                {
                    "name": "开办企业一件事",
                    "case_no": "LBSTARTUP1",
                    "received_at": self.at(),
                    "url": "/my/LBSTARTUP1",
                },
                {"name": "开办企业一件事", "case_no": "", "received_at": self.at(), "url": ""},
            ],
            "errors": [
                {"name": "applicant.id_number", "text": "请填写证件号码。"},
                {"name": "form.trade_name", "text": "请填写“字号”。"},
                {"name": "material.lease", "text": "文件超过 20 MB。"},
            ],
        }

    def apply_matter(self) -> dict[str, object]:
        matter = {
            "code": "startup-reg",
            "name": "企业设立登记",
            "department": "利川市市场监督管理局",
            "promised": "1 个工作日",
            "statutory": "3 个工作日",
            "conditions": "有符合规定的名称、住所和章程。",
            "fee": "不收费",
            "result": "营业执照",
            "legal_basis": ["《市场主体登记管理条例》第十九条"],
        }
        return {**self.application(), "matter": matter, "paper": NO_PAPER}

    def at_window(self, page: dict[str, object]) -> dict[str, object]:
        scan = {"code": "paper_scan", "name": "纸质收件凭证扫描件", "is_required": True, "note": "", "formats": "PDF"}
        values = {"paper_number": "103", "paper_received_at": "2026-11-24T14:00"}
        upload = {**scan, "max_size": "20 MB", "held": [], "chosen": ""}
        return {**page, "paper": {"values": values, "uploads": [upload]}}

    def theme_apply(self, step: str) -> dict[str, object]:
        guidance = {
            "type": "default",
            "components": [FORM["components"][2]],  # type: ignore[index]
        }
        member = {"department": "市场监管局", "promised": "1 个工作日", "after": "", "reason": "", "is_external": False}
        return {
            **self.application(),
            "step": step,
            "theme": {
                "code": "startup",
                "name": "开办企业一件事",
                "summary": "设立登记、刻章、税务、社保、公积金、银行开户一次办。",
                "place": "恩施市政务服务中心一楼一件事窗口",
            },
            "guidance_fields": present_form(
                schema(guidance), {}, state=FormState(language=self.words.language), prefix="guidance"
            ),
            "members": [
                {**member, "code": "startup-reg", "name": "企业设立登记"},
                {
                    **member,
                    "code": "startup-seal",
                    "name": "公章刻制备案",
                    "after": "企业设立登记",
                    "department": "公安局",
                },
                {**member, "code": "startup-bank", "name": "银行预约开户", "is_external": True, "reason": "需要基本户"},
            ],
            "guidance_answers": [("guidance.has_staff", "yes")],
            "guidance_url": "/themes/startup/apply?region=422802",
            "paper": NO_PAPER,
        }

    def receipt(self) -> dict[str, object]:
        receipt = {
            "case_no": "ES20261124000001",
            "name": "开办餐饮店一件事",
            "applicant": "张*",
            "progress_code": "K7M2PX",
            "department": "利川市政务服务中心",
            "region": "利川市",
            "received_at": self.at(),
            "document_url": "/documents/1",
            "missing": ["经营场所使用证明"],
            "is_theme": True,
        }
        return {
            "receipt": receipt,
            "clocks": self.clocks()[:1],
            "members": self.members(),
            "case_url": "/my/cases/ES20261124000001",
            "again_url": "/apply",
        }

    def progress_case(self) -> dict[str, object]:
        names = [
            ("received", "done"),
            ("accepted", "done"),
            ("review", "current"),
            ("decision", "next"),
            ("delivery", "next"),
        ]
        return {
            **self.common(),
            "stages": [{"name": self.words.text(f"pages.stage.{code}"), "state": state} for code, state in names],
            "due": self.due(27.5, Colour.YELLOW, Remaining(working_days=2, working_minutes=240)),
            "due_sentences": self.clocks()[0]["sentences"],
            "correction": {
                "url": "/my/cases/x/correction",
                "items": ["经营场所使用证明"],
                "asked": ASKED,
                "due": self.due(100),
            },
            "acts": {"withdraw_url": "/my/cases/x/withdrawal"},
            "back_url": "/my/cases",
            "back_words": "我的办件",
        }

    def public_pages(self) -> list[Row]:
        return [
            (
                "sign_in",
                "sign_in",
                (),
                {"username": "lisi", "next_url": "/", "errors": [{"name": "", "text": "账号或密码不对。"}]},
            ),
            (
                "apply",
                "apply",
                (),
                {
                    "query": {"text": "", "region": "422802"},
                    "regions": [{"code": "422802", "label": "利川市"}],
                    "themes": [
                        {
                            "code": "startup",
                            "name": "开办企业一件事",
                            "summary": "设立登记、刻章、税务、社保、公积金、银行开户。",
                            "member_count": 6,
                            "promised": "3 个工作日",
                            "url": "/themes/startup/apply",
                        }
                    ],
                    "matters": [
                        {
                            "code": "startup-reg",
                            "name": "企业设立登记",
                            "department": "市场监督管理局",
                            "promised": "1 个工作日",
                            "case_type": "承诺件",
                            "url": "/apply/startup-reg",
                        }
                    ],
                    "next_url": "",
                    "first_url": "",
                },
            ),
            (
                "apply_none",
                "apply",
                (),
                {
                    "query": {"text": "吃饭", "region": ""},
                    "regions": [{"code": "422802", "label": "利川市"}],
                    "themes": [],
                    "matters": [],
                    "next_url": "",
                    "first_url": "",
                },
            ),
            ("apply_matter", "apply_matter", APPLICANT, self.apply_matter()),
            ("apply_matter_at_window", "apply_matter", ("window_clerk",), self.at_window(self.apply_matter())),
            ("theme_guidance", "theme_apply", APPLICANT, {**self.theme_apply("guidance"), "members": [], "errors": []}),
            ("theme_form", "theme_apply", APPLICANT, self.theme_apply("form")),
            ("theme_form_at_window", "theme_apply", ("window_clerk",), self.at_window(self.theme_apply("form"))),
            ("receipt", "receipt", APPLICANT, self.receipt()),
            (
                "progress",
                "progress",
                (),
                {"values": {"case_no": "ES1"}, "errors": [{"name": "code", "text": "编号或查询码不对。"}]},
            ),
            ("progress_case", "progress_case", APPLICANT, self.progress_case()),
            (
                "progress_public",
                "progress_case",
                (),
                {
                    **self.progress_case(),
                    "correction": None,
                    "members": [],
                    "documents": [],
                    "acts": {"withdraw_url": ""},
                },
            ),
            (
                "my_cases",
                "my_cases",
                APPLICANT,
                {
                    "cases": [{**self.case(), "due": self.due(27.5), "url": "/my/cases/x", "needs_correction": True}],
                    "next_url": "",
                    "first_url": "",
                },
            ),
            ("my_cases_empty", "my_cases", APPLICANT, {"cases": [], "next_url": "", "first_url": ""}),
            (
                "correction",
                "correction",
                APPLICANT,
                {
                    **self.application(),
                    "errors": [],
                    "case": self.case(),
                    "notice": {"document_no": "利补〔2026〕3 号", "due": self.due(100)},
                    "items": [{"name": "经营场所使用证明", "remark": "合同缺少签字页。"}],
                    "asked": ASKED,
                    "post_url": "/my/cases/x/correction",
                    "back_url": "/my/cases/x",
                },
            ),
            (
                "error_public",
                "error",
                (),
                {
                    "came_from": "/worklist",
                    "problem": {
                        "status": 401,
                        "title": "请先登录",
                        "detail": "登录后继续。",
                        "code": "unauthenticated",
                        "errors": [],
                    },
                },
            ),
        ]
