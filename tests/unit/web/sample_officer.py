"""Sample pages of officers: worklist, task, case, board."""

from app.domain.vocabulary import CaseState, Colour
from app.web.presenting import Remaining
from tests.unit.web.sample_bundle import bundle_pages
from tests.unit.web.sample_cards import card_pages
from tests.unit.web.sample_corrections import requests_of
from tests.unit.web.sample_forms import REVIEW
from tests.unit.web.sample_papers import paper_pages
from tests.unit.web.sample_parts import Parts, Row
from tests.unit.web.sample_supervision import supervision_pages

OFFICER = ("window_clerk", "reviewer", "decider")
HEAD = ("unit_head", "supervisor")
CLOCK_ACTS = ("suspend", "resume", "extend", "reclassify", "restart")
ACTS = (
    *(f"may_{act}" for act in CLOCK_ACTS),
    "may_record_error",
    "may_withdraw",
    "may_record",
    "may_look",
    "may_revoke",
    "may_card",
    "may_intervene",
)


class OfficerPages(Parts):
    """Contexts of the pages of officers."""

    def row(self, number: int, hours: float | None, colour: str) -> dict[str, object]:
        names = ["开办餐饮店一件事", "食品经营许可", "企业设立登记", "水电气报装", "社会保险登记"]
        return {
            "task_id": str(number),
            "version": 1,
            "title": ["审查", "受理审核", "决定", "出件"][number % 4],
            "case_no": f"ES202611240{number:05}",
            "case_name": names[number % 5],
            "applicant": ["张*", "李*", "恩施清江餐饮有限公司"][number % 3],
            "county": ["利川市", "恩施市"][number % 2],
            "assignee": "" if number % 3 else "李四",
            "basis": "承诺 5 个工作日" + (",停 1 次" if number % 2 else ""),
            "due": self.due(hours, colour),
            "is_mine": number % 3 == 0,
            "may_claim": number % 3 != 0,
        }

    def worklist(self) -> dict[str, object]:
        counts = {"mine": 12, "group": 7, "department": 88, "overdue": 3}
        groups = {
            "overdue": [self.row(1, -2, Colour.OVERDUE), self.row(2, -0.4, Colour.OVERDUE)],
            "today": [self.row(3, 3.4, Colour.RED), self.row(4, 3.4, Colour.RED)],
            "soon": [self.row(5, 27, Colour.YELLOW), self.row(6, 30, Colour.YELLOW)],
            "later": [self.row(number, 60 + number, Colour.GREEN) for number in range(7, 12)],
            "paused": [self.row(12, None, Colour.PAUSED)],
        }
        return {
            "queues": [
                {"code": code, "count": count, "url": f"/worklist?queue={code}", "is_current": code == "group"}
                for code, count in counts.items()
            ],
            "cards": 3,
            "filter": {"text": "", "matter_code": "", "county": "422802", "colour": ""},
            "has_filter": True,
            "matters": [{"code": "startup-reg", "label": "企业设立登记"}],
            "counties": [{"code": "422801", "label": "恩施市"}, {"code": "422802", "label": "利川市"}],
            "groups": [{"code": code, "rows": rows} for code, rows in groups.items()],
            "read_at": self.at(),
            "next_url": "/worklist?cursor=abc",
            "first_url": "",
        }

    def task(self) -> dict[str, object]:
        outcomes = [("pass", True), ("refuse", False), ("special", False)]
        return {
            **self.common(),
            "task": {
                "task_id": "7",
                "version": 2,
                "title": "审查",
                "assignee": "李四",
                "is_open": True,
                "is_mine": True,
                "may_claim": False,
                "may_act": True,
                "may_release": True,
                "may_hand_over": True,
                "instance": [("店名", "甲店")],
                "due": self.due(27.5, Colour.YELLOW, Remaining(working_days=2, working_minutes=240)),
            },
            "fields": self.form(REVIEW, opinion="请填写“审查意见”。"),
            "outcomes": [
                {"code": code, "label": self.words.label("outcome", code), "is_chosen": chosen}
                for code, chosen in outcomes
            ],
            "may_mark": True,
            "requests": [item for item in requests_of(self) if item["state"] == "waiting"],
            "errors": [
                {"name": "form.opinion", "text": "请填写“审查意见”。"},
                {"name": "mark.lease", "text": "请说明哪里不符。"},
            ],
            "next_url": "/worklist?queue=group",
            "given_json": "{}",
            "draft": {"version": 2, "is_restored": True},
        }

    def task_to_claim(self) -> dict[str, object]:
        task = {**self.task()["task"], "may_claim": True, "may_act": False, "may_release": False}  # type: ignore[dict-item]
        return {
            **self.task(),
            "task": task,
            "errors": [],
            "requests": [],
            "may_mark": False,
            "members": [],
            "diagram": None,
            "basis": [],
        }

    def case_page(self) -> dict[str, object]:
        acts = dict.fromkeys(ACTS, True) | {"may_resume": False}
        tasks = [
            {
                "task_id": "7",
                "title": "审查",
                "role": "reviewer",
                "assignee": "",
                "due": self.due(27.5),
                "url": "/tasks/7",
            }
        ]
        return {
            **self.common(),
            "acts": acts,
            "tasks": tasks,
            "back_url": "/cases",
            "plan_url": "/cases/x/plan",
            "hold_url": "/holds?case_no=x",
            "may_retry": True,
            "paused": {"paused_at": self.at(-1), "reason": "核查数据"},
            "message_waits": [{"name": "已缴费", "kind": "message", "opened_at": self.at(-2)}],
            "programs": [
                {
                    "title": "核验市场主体登记",
                    "topic": "市场主体登记核验",
                    "opened_at": self.at(-2),
                    "stage": "再次交出时间",
                    "next_at": self.at(0.1),
                    "tries": "还可重试 2 次",
                    "error": "HTTP 503",
                    "failed_at": self.at(-1),
                }
            ],
            "incidents": [
                {
                    "id": "7",
                    "deadline": "制作结果",
                    "error": "ConnectionError",
                    "opened_at": self.at(-1),
                    "attempts": 2,
                    "next_at": self.at(0.1),
                    "may_retry": True,
                }
            ],
            "holds": self.case_holds(),
        }

    def case_holds(self) -> list[dict[str, object]]:
        hold = {
            "state": "requested",
            "reason": "涉嫌欺骗",
            "requested_at": self.at(-5),
            "until_at": self.at(20),
            "url": "/holds",
        }
        return [hold, {**hold, "state": "expired", "until_at": None, "url": ""}]

    def case_closed(self) -> dict[str, object]:
        case = {**self.case(), "state": "closed", "decision": "准予", "decided_at": self.at(-1), "parent_case_no": ""}
        acts = dict.fromkeys(ACTS, False)
        empty = {
            name: [] for name in ("tasks", "members", "cards", "documents", "timeline", "materials", "clocks", "basis")
        }
        return {**self.case_page(), **empty, "case": case, "acts": acts, "diagram": None}

    def cases(self) -> dict[str, object]:
        due = self.due(27.5, Colour.YELLOW)
        return {
            "filter": {"text": "", "state": "", "county": ""},
            "has_filter": False,
            "counties": [{"code": "422802", "label": "利川市"}],
            "states": [state.value for state in CaseState],
            "cases": [{**self.case(), "state": state.value, "due": due} for state in CaseState],
            "next_url": "/cases?cursor=x",
            "first_url": "/cases",
        }

    def clock_act(self, act: str) -> dict[str, object]:
        return {
            "act": act,
            "case": self.case(),
            "clocks": self.clocks(),
            "values": {
                "ground": "expert_review",
                "document_no": "",
                "expected_days": "5",
                "days": "10",
                "class": "",
                "reason": "",
            },
            "grounds": [{"code": "expert_review", "label": "专家评审"}, {"code": "hearing", "label": "听证"}],
            "classes": [{"code": "joint", "label": "协同办理"}, {"code": "consult", "label": "会商、征求意见"}],
            "rule": "本事项允许延长 1 次,不超过 10 个工作日。",
            "errors": [{"name": "document_no", "text": "请填写告知文书文号。"}] if act == "suspend" else [],
        }

    def acceptance_error(self) -> dict[str, object]:
        return {
            "case": self.case(),
            "requirements": [{"code": "premises", "label": "房屋使用证明"}],
            "answers": [{"code": "no", "label": "不要求"}, {"code": "yes", "label": "要求补充"}],
            "values": {"requirement": "premises", "reason": "已过期", "supplement": "yes", "consent": ""},
            "errors": [{"name": "consent", "text": "受理后未经申请人同意不得要求补充材料。"}],
        }

    def clock_statement(self, error: str = "") -> dict[str, object]:
        clock = {"limit": "5 个工作日", "started_at": self.at(-28), "due_at": self.at(27), "is_provisional": True}
        return {
            "case": self.case(),
            "as_of": "2026-11-24T10:00",
            "at": self.at(),
            "error": error,
            "back_url": "/cases/ES20261124000001",
            "clocks": []
            if error
            else [{**clock, "name": "promised", "state": "running", "sentences": ["受理当日不计。"]}],
        }

    def board(self, state: str = "") -> dict[str, object]:
        counts = {
            "open": 1204,
            "due_soon": 37,
            "yellow": 58,
            "red": 9,
            "overdue": 3,
            "paused": 41,
            "to_be_deemed": 6,
            "blocked": 1,
            "dead": 0,
        }
        columns = ["open", "due_soon", "yellow", "red", "overdue", "paused", "to_be_deemed", "blocked"]
        units = [
            ("恩施市", "市场监督管理局"),
            ("利川市", "市场监督管理局"),
            ("利川市", "公安局"),
            ("恩施市", "人力资源和社会保障局"),
        ]
        case = {**self.case(), "county": "利川市", "clock": "promised", "guards": ["G15 无人审核"]}
        return {
            "totals": [
                {
                    "code": code,
                    "count": count,
                    "url": "" if code == "open" else f"/board?state={code}",
                    "is_current": code == state,
                }
                for code, count in counts.items()
            ],
            "counties": [{"code": "422802", "label": "利川市"}],
            "filter": {"county": "", "state": state},
            "columns": columns,
            "units": [
                {
                    "county": county,
                    "department": name,
                    "cells": [
                        {
                            "code": code,
                            "count": counts[code] // (place * 3 + 2),
                            "url": "" if code == "open" else f"/board?state={code}",
                        }
                        for code in columns
                    ],
                }
                for place, (county, name) in enumerate(units)
            ],
            "cases": [{**case, "due": self.due(hours, Colour.OVERDUE)} for hours in (-50, -2)],
            "read_at": self.at(),
            "calendar_end": {"is_alarm": True, "days_left": 37, "published_through": 2026},
            "machine": self.machine() if not state else None,
            "next_url": "",
            "first_url": "",
        }

    def machine(self) -> Row:
        rows = (("last_beat", 1, False), ("lag", 0, False), ("dead", 2, True), ("blocked", 1, True))
        return {
            "is_doubted": True,
            "rows": [
                {"code": code, "figure": figure, "at": self.at(), "is_bad": is_bad} for code, figure, is_bad in rows
            ],
            "paused": [
                {
                    "case_no": "XX42280120260302000001",
                    "case_name": "食品经营许可(新办)",
                    "department": "恩施市市场监督管理局",
                    "paused_at": self.at(-1),
                    "reason": "核查数据",
                }
            ],
            "forecast": [{"hour": "17:00", "count": 12}, {"hour": "18:00", "count": 3}],
            "incidents": [
                {
                    "id": "7",
                    "case_no": "XX42280120260302000001",
                    "case_name": "食品经营许可(新办)",
                    "department": "恩施市市场监督管理局",
                    "deadline": "deemed",
                    "error": "definition_missing",
                    "opened_at": self.at(-1),
                    "attempts": 3,
                    "next_at": self.at(0.1),
                    "may_retry": True,
                }
            ],
            "doubts": [
                {
                    "kind": "forward",
                    "noticed_at": self.at(-2),
                    "drift": "61分钟",
                    "settled_at": self.at(-1),
                    "settled_by": "罗静",
                    "reason": "已与授时服务器核对",
                }
            ],
        }

    def officer_pages(self) -> list[Row]:
        return [
            ("worklist", "worklist", OFFICER, self.worklist()),
            (
                "worklist_empty",
                "worklist",
                OFFICER,
                {**self.worklist(), "groups": [], "has_filter": False, "next_url": ""},
            ),
            ("worklist_none_found", "worklist", OFFICER, {**self.worklist(), "groups": []}),
            ("task", "task", OFFICER, self.task()),
            ("task_to_claim", "task", OFFICER, self.task_to_claim()),
            ("case", "case", OFFICER, self.case_page()),
            ("case_closed", "case", OFFICER, self.case_closed()),
            ("cases", "cases", HEAD, self.cases()),
            ("cases_empty", "cases", HEAD, {**self.cases(), "cases": []}),
            *bundle_pages(self),
            *paper_pages(self),
            ("acceptance_error", "acceptance_error", OFFICER, self.acceptance_error()),
            *supervision_pages(self),
            *((f"clock_{act}", "clock_act", HEAD, self.clock_act(act)) for act in CLOCK_ACTS),
            (
                "confirm",
                "confirm",
                OFFICER,
                {
                    "confirm": {
                        "title": "撤回申请",
                        "button": "撤回申请",
                        "post_url": "/cases/x/withdrawal",
                        "cancel_url": "/cases/x",
                        "consequences": ["办件立即终止,不能恢复。", "已交的材料保留,可以再次使用。"],
                        "hidden": {"version": 3},
                        "is_dangerous": True,
                        "reason_label": "撤回原因",
                        "reason": "",
                    },
                    "errors": [],
                },
            ),
            (
                "handover",
                "handover",
                OFFICER,
                {
                    "task": {
                        "task_id": "7",
                        "version": 1,
                        "title": "审查",
                        "case_no": "ES1",
                        "case_name": "开办餐饮店一件事",
                    },
                    "people": [{"code": "9", "label": "周洁"}],
                    "values": {"staff": "", "reason": ""},
                    "errors": [],
                },
            ),
            *card_pages(self),
            ("clock_statement", "clock_statement", OFFICER, self.clock_statement()),
            ("clock_statement_refused", "clock_statement", OFFICER, self.clock_statement("请填写时间。")),
            ("board", "board", HEAD, self.board()),
            ("board_list", "board", HEAD, self.board("overdue")),
            ("board_empty", "board", HEAD, {**self.board(), "units": []}),
            (
                "settings",
                "settings",
                OFFICER,
                {
                    "profile": {
                        "name": "李四",
                        "username": "lisi",
                        "department": "市场监督管理局",
                        "roles": ["reviewer", "decider"],
                    },
                    "errors": [],
                },
            ),
            (
                "error",
                "error",
                OFFICER,
                {
                    "came_from": "/worklist",
                    "problem": {
                        "status": 409,
                        "title": "办件正在处理",
                        "detail": "另一位工作人员正在提交这个办件。请稍后重试。",
                        "code": "case_busy",
                        "errors": [{"pointer": "/x", "code": "schema"}],
                    },
                },
            ),
        ]
