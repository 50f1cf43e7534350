"""Sample pages of certificates, seals, revocations and what stands in the way of an approval by default."""

from tests.unit.web.sample_parts import Parts, Row

OFFICER = ("decider", "unit_head")
CHOICES = [{"code": "fraud", "label": "欺骗、贿赂等不正当手段"}]


def paper_pages(parts: Parts) -> list[Row]:
    """Return the register, one certificate in its states, the forms of its acts, seals and revocations."""
    links = {"next_url": "", "first_url": ""}
    register = {
        "state": "",
        "q": "",
        "states": [{"code": "valid", "label": "有效"}],
        "may_enter": True,
        "may_see_revocations": True,
        **links,
    }
    names = ("certificate_no", "matter_code", "region_code", "holder_name", "holder_id_number")
    entered = dict.fromkeys((*names, "valid_from_on", "valid_to_on", "source_document"), "")
    granted = dict.fromkeys(("department_code", "document_kind", "document_no", "valid_from_on", "valid_to_on"), "")
    case, number = {"case_no": "ES20261124000001", "name": "食品经营许可"}, "JY14228020000001"
    revoked = dict.fromkeys(("ground", "reasons", "heard_at", "hearing_record", "compensation_note"), "")
    named = {"certificate_id": "7", "certificate_no": number, "name": "食品经营许可证"}
    seals = {"may_authorise": True, "kinds": CHOICES, "departments": CHOICES, "values": granted, "errors": []}
    return [
        ("certificates", "certificates", OFFICER, {**register, "certificates": [_certificate(parts, "valid")]}),
        ("certificates_empty", "certificates", OFFICER, {**register, "certificates": []}),
        ("certificate", "certificate", OFFICER, {"certificate": _certificate(parts, "valid"), "cancellation": None}),
        (
            "certificate_cancelled",
            "certificate",
            OFFICER,
            {"certificate": _certificate(parts, "cancelled"), "cancellation": _cancellation(parts)},
        ),
        ("interventions", "interventions", ("supervisor",), _interventions(parts, case)),
        *(
            (f"interventions_{kind}", "interventions", ("supervisor",), _interventions(parts, case, kind))
            for kind in ("move_token", "cancel_branch", "correct_variable", "pause")
        ),
        (
            "interventions_preview",
            "interventions",
            ("supervisor",),
            {
                **_interventions(parts, case),
                "preview": ["撤回的环节: 决定", "新开的环节: 审查"],
                "paused": None,
                "errors": [],
            },
        ),
        ("obstacles", "obstacles", OFFICER, _obstacles(parts, case)),
        (
            "obstacles_empty",
            "obstacles",
            OFFICER,
            {**_obstacles(parts, case), "fees": [], "forwardings": [], "may_ask": False, "may_forward": False},
        ),
        ("certificate_new", "certificate_new", OFFICER, {"values": entered, "regions": CHOICES, "errors": []}),
        ("seals", "seals", OFFICER, {**seals, "authorisations": [_authorisation(parts)]}),
        ("seals_empty", "seals", OFFICER, {**seals, "authorisations": [], "may_authorise": False}),
        ("revocations", "revocations", OFFICER, {"revocations": [_revocation(parts)], "may_revoke": True, **links}),
        ("revocations_empty", "revocations", OFFICER, {"revocations": [], "may_revoke": False, **links}),
        ("revocable_cases", "revocable_cases", OFFICER, {"text": "", "cases": [_revocable(parts)], **links}),
        ("revocable_cases_empty", "revocable_cases", OFFICER, {"text": "食品", "cases": [], **links}),
        (
            "revocation",
            "revocation",
            OFFICER,
            {
                "case": case,
                "certificates": [number],
                "grounds": CHOICES,
                "marks": [{"code": "safety", "label": "涉及公共安全"}],
                "chosen": [],
                "values": revoked,
                "errors": [{"name": "reasons", "text": "请填写理由。"}],
            },
        ),
        (
            "cancellation",
            "cancellation",
            OFFICER,
            {
                "certificate": named,
                "grounds": CHOICES,
                "values": dict.fromkeys(("ground", "reasons", "source_document"), ""),
                "errors": [],
            },
        ),
    ]


def _certificate(parts: Parts, state: str) -> dict[str, object]:
    return {
        "certificate_id": "7",
        "url": "/certificates/7",
        "certificate_no": "JY14228020000001",
        "name": "食品经营许可证",
        "department": "利川市市场监督管理局",
        "holder": "恩施好味餐饮有限公司",
        "holder_id_number": "9142**********01",
        "valid_from_on": "2026-11-24",
        "valid_to_on": "2031-11-23",
        "state": state,
        "case_no": "ES20261124000001",
        "previous_no": "",
        "source_document": "",
        "entered_by": "马华",
        "state_at": parts.at(-2),
        "entered_at": parts.at(-2),
        "may_cancel": state == "valid",
    }


def _cancellation(parts: Parts) -> dict[str, object]:
    said = {"ground": "有效期届满未延续", "article": "行政许可法70", "reasons": "到期未申请延续。"}
    return {**said, "source_document": "", "document_no": "利市监注销〔2026〕3 号", "cancelled_at": parts.at(-1)}


def _authorisation(parts: Parts) -> dict[str, object]:
    return {
        "authorisation_id": "7",
        "department": "利川市市场监督管理局",
        "kind": "超时默认通知书",
        "document_no": "利政办〔2026〕8 号",
        "valid_from_on": "2026-01-01",
        "valid_to_on": "2026-12-31",
        "state": "in_force",
        "granted_by": "徐敏",
        "granted_at": parts.at(-90),
        "may_withdraw": True,
    }


def _revocable(parts: Parts) -> dict[str, object]:
    return {
        "case_no": "ES20261124000001",
        "name": "食品经营许可",
        "state": "closed",
        "applicant": "张*",
        "department": "利川市市场监督管理局",
        "county": "利川市",
        "received_at": parts.at(-90),
    }


def _revocation(parts: Parts) -> dict[str, object]:
    return {
        "case_no": "ES20261124000001",
        "name": "食品经营许可",
        "department": "利川市市场监督管理局",
        "certificate_no": "JY14228020000001",
        "ground": "欺骗、贿赂等不正当手段",
        "article": "行政许可法69(2)",
        "reasons": "检测报告系伪造。",
        "hearing_record": "听证笔录1号",
        "document_no": "利市监撤销〔2026〕1 号",
        "revoked_by": "马华",
        "barred_until_on": "2029-11-24",
        "revoked_at": parts.at(-1),
    }


def _interventions(parts: Parts, case: dict[str, str], kind: str = "") -> dict[str, object]:
    others = [{"code": code, "label": code} for code in ("cancel_branch", "correct_variable", "pause")]
    fields = ("kind", "move", "element", "variable", "value", "reason", "version")
    return {
        "case": case,
        "kinds": [{"code": "move_token", "label": "移动到其他环节"}, *others],
        "moves": [{"code": "decide|review", "label": "决定 → 审查"}],
        "places": [{"code": "decide", "label": "决定"}],
        "values": {**dict.fromkeys(fields, ""), "kind": kind, "version": "3"},
        "paused": {"paused_at": parts.at(-1), "reason": "核查数据"},
        "preview": None,
        "errors": [{"name": "reason" if kind else "kind", "text": "必填"}],
    }


def _obstacles(parts: Parts, case: dict[str, str]) -> dict[str, object]:
    fee = {"fee_id": "7", "item": "检测费", "amount_yuan": "120.00", "notice_no": "缴费通知1号", "receipt_no": ""}
    sent = {"forwarding_id": "8", "to_authority": "恩施州市场监督管理局", "document_no": "转报1号", "answer_no": ""}
    may = {"is_fee_first": True, "may_ask": True, "may_pay": True, "may_forward": True}
    return {
        "case": case,
        **may,
        "fees": [{**fee, "fee_id": number, "noticed_at": parts.at(-5), "paid_at": None} for number in ("7", "9")],
        "forwardings": [
            {**sent, "forwarding_id": number, "forwarded_at": parts.at(-5), "answered_at": None}
            for number in ("8", "10")
        ],
    }
