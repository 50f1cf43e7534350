"""Sample pages of designers and administrators."""

from tests.unit.web.sample_parts import Parts, Row

ADMIN = ("admin", "designer", "integrator")


class AdminPages(Parts):
    """Contexts of the pages of designers and administrators."""

    def findings(self) -> list[dict[str, object]]:
        base = {"file": "process.bpmn", "line": 42, "element": "review", "name": "审查", "is_on_diagram": True}
        return [
            {
                **base,
                "severity": "error",
                "code": "timer-without-exit",
                "message": "边界定时没有出口。",
                "remedy": "从边界事件画出一条流向。",
            },
            {
                **base,
                "severity": "warning",
                "code": "long-path",
                "message": "最长路径超过承诺时限。",
                "remedy": "缩短环节时限或提高承诺时限。",
            },
            {
                **base,
                "severity": "note",
                "code": "name-missing",
                "message": "网关没有名称。",
                "remedy": "写上要判断的问题。",
                "element": "",
                "name": "",
                "line": 0,
            },
        ]

    def measured(self) -> dict[str, object]:
        """What scenarios reached of a version, as somebody measured it."""
        return {
            "percent": 92,
            "elements": {"reached": 23, "count": 25},
            "flows": {"reached": 23, "count": 25},
            "files": ["decided_in_time.toml"],
            "differences": ["预期 closed，实为 delivering。"],
            "missing": [{"element": "notify", "name": "告知", "is_flow": False}],
            "measured_at": self.at(-5),
            "measured_by": "周洁",
        }

    def definition_version(self, state: str = "approved") -> dict[str, object]:
        version = {
            "number": 8,
            "state": state,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "created_by": "周洁",
            "approved_by": "陈华",
            "deployed_by": "",
            "note": "增加专家评审。",
            "created_at": self.at(-50),
            "approved_at": self.at(-3),
            "deployed_at": None,
            "running_count": 214,
            "calls": ["process:site-visit v1（已部署 v2，重新部署后采用）"],
            "callers": [],
        }
        versions = [
            {
                "number": 8,
                "state": state,
                "created_at": self.at(-50),
                "url": "/definitions/x/8",
                "compare_url": "",
                "is_current": True,
            },
            {
                "number": 7,
                "state": "deployed",
                "created_at": self.at(-900),
                "url": "/definitions/x/7",
                "compare_url": "/definitions/x/versions/7/diff/8",
                "is_current": False,
            },
        ]
        return {
            "definition": {"key": "patterns/committed", "name": "承诺件", "kind": "流程图"},
            "version": version,
            "tables": [
                {
                    "id": "fee_class",
                    "name": "收费档次",
                    "policy": "UNIQUE",
                    "requires": "venue_risk",
                    "text": "",
                    "inputs": ["amount"],
                    "outputs": ["class"],
                    "rules": [{"number": 1, "cells": ["< 100", '"low"']}],
                },
            ],
            "acts": {
                "may_submit": state == "draft",
                "may_approve": state == "submitted",
                "may_deploy": state == "approved",
                "may_edit": state == "draft",
                "why_not": "上传人不能审批自己的版本。" if state == "submitted" else "",
            },
            "versions": versions,
            "coverage": {"may_measure": True, "found": self.measured()},
            "findings": self.findings()[1:],
            "diagram": {
                "xml_url": "/definitions/x/8/file",
                "current": [],
                "done": [],
                "faults": ["review"],
                "marks": {},
            },
            "source_url": "/definitions/x/8/file",
            "effects": ["214 件在办件仍按 v7 办理。"],
            "errors": [],
        }

    def people(self) -> dict[str, object]:
        roles = [
            {"code": code, "label": self.words.text(f"pages.role.{code}")}
            for code in ("window_clerk", "reviewer", "decider")
        ]
        person = {
            "staff_id": "3",
            "name": "李四",
            "username": "lisi",
            "department": "利川市市场监督管理局",
            "roles": ["reviewer", "decider"],
            "is_active": True,
        }
        return {
            "staff": [person, {**person, "staff_id": "4", "name": "周洁", "username": "zhoujie", "is_active": False}],
            "person": {**person, "memberships": [{"department": "利川市市场监督管理局", "roles": ["reviewer"]}]},
            "filter": {"text": "", "department": "", "region": ""},
            "departments": [{"code": "422802-scjg", "label": "利川市市场监督管理局"}],
            "roles": roles,
            "values": {"name": "", "username": "", "department": "422802-scjg", "roles": ["reviewer"]},
            "errors": [{"name": "username", "text": "这个账号已经有人使用。"}],
            "next_url": "",
            "first_url": "",
        }

    def admin_pages(self) -> list[Row]:
        people = self.people()
        return [
            (
                "definitions",
                "definitions",
                ADMIN,
                {
                    "filter": {"text": "", "kind": ""},
                    "kinds": [{"code": "bpmn", "label": "流程图"}],
                    "may_upload": True,
                    "definitions": [
                        {
                            "key": "patterns/committed",
                            "name": "承诺件",
                            "kind": "流程图",
                            "version": 7,
                            "waiting": 1,
                            "running_count": 1204,
                            "changed_at": self.at(-50),
                        },
                        {
                            "key": "themes/startup",
                            "name": "开办企业一件事",
                            "kind": "流程图",
                            "version": 0,
                            "waiting": 0,
                            "running_count": 0,
                            "changed_at": self.at(-9000),
                        },
                    ],
                    "next_url": "",
                    "first_url": "",
                },
            ),
            (
                "definition_upload",
                "definition_upload",
                ADMIN,
                {
                    "values": {"key": "", "note": ""},
                    "max_size": "2 MB",
                    "errors": [{"name": "file", "text": "请选择文件。"}],
                },
            ),
            (
                "definition_check",
                "definition_check",
                ADMIN,
                {
                    "check": {
                        "file_name": "process.bpmn",
                        "name": "承诺件",
                        "is_deployable": False,
                        "error_count": 1,
                        "warning_count": 1,
                        "note_count": 1,
                    },
                    "findings": self.findings(),
                    "version_url": "",
                    "diagram": {"xml_url": "/x.bpmn", "current": [], "done": [], "faults": ["review"], "marks": {}},
                },
            ),
            *(
                (f"definition_{state}", "definition_version", ADMIN, self.definition_version(state))
                for state in ("draft", "submitted", "approved")
            ),
            *(
                (f"definition_{act}", "definition_decide", ADMIN, {**self.definition_version(), "act": act})
                for act in ("approve", "deploy")
            ),
            ("admin_staff", "admin_staff", ADMIN, people),
            ("admin_staff_member", "admin_staff_member", ADMIN, {**people, "errors": []}),
            (
                "admin_tokens",
                "admin_tokens",
                ADMIN,
                {
                    "tokens": [
                        {
                            "token_id": "1",
                            "name": "省平台",
                            "owner": "李四",
                            "scopes": "读写办件",
                            "created_at": self.at(-99),
                            "expires_at": self.at(2000),
                            "used_at": None,
                            "is_active": True,
                        },
                        {
                            "token_id": "2",
                            "name": "热线",
                            "owner": "李四",
                            "scopes": "",
                            "created_at": self.at(-99),
                            "expires_at": None,
                            "used_at": self.at(-1),
                            "is_active": False,
                        },
                    ],
                    "new_token": "lb_2mT0vQp4c1aXq9Z7w5R3yK8sD6fG1hJ2",
                    "values": {"name": "", "expires_days": "365"},
                    "errors": [],
                },
            ),
            (
                "admin_departments",
                "admin_departments",
                ADMIN,
                {
                    "departments": [
                        {
                            "code": "422802-scjg",
                            "name": "利川市市场监督管理局",
                            "name_en": "Market Regulation, Lichuan",
                            "region": "利川市",
                            "parent": "",
                            "staff_count": 12,
                            "is_active": True,
                        }
                    ],
                    "filter": {"text": "", "region": ""},
                    "regions": [{"code": "422802", "label": "利川市"}],
                    "values": {"code": "", "name": "", "name_en": "", "region": ""},
                    "errors": [],
                    "next_url": "",
                    "first_url": "",
                },
            ),
            ("api_docs", "api_docs", ADMIN, {"openapi_url": "/api/v1/openapi.json"}),
        ]
