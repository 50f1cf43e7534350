"""Sample pages of warning cards."""

from app.domain.vocabulary import CardColour, CardState
from tests.unit.web.sample_parts import Parts, Row

HANDLER = ("reviewer",)
WATCHER = ("unit_head", "supervisor")
ACTS = ("acknowledge", "explain", "appeal", "decide", "cancel", "")


def card_pages(parts: Parts) -> list[Row]:
    """Return the list in its states, one card under every act, the form of a new card and the scores."""
    empty = {**_listed(parts), "cards": [], "next_url": ""}
    return [
        ("cards", "cards", HANDLER, _listed(parts)),
        ("cards_all", "cards", WATCHER, {**_listed(parts), "whose": "all"}),
        ("cards_empty", "cards", HANDLER, empty),
        ("cards_none_found", "cards", HANDLER, {**empty, "has_filter": True}),
        *((f"card_{act or 'closed'}", "card", WATCHER, _one(parts, act)) for act in ACTS),
        ("card_new", "card_new", WATCHER, _new()),
        ("card_scores", "card_scores", WATCHER, _scores(parts)),
        ("card_scores_empty", "card_scores", WATCHER, {**_scores(parts), "units": []}),
    ]


def _listed(parts: Parts) -> dict[str, object]:
    return {
        "tabs": [
            {"code": "mine", "count": 2, "url": "/cards?whose=mine", "is_current": True},
            {"code": "all", "count": None, "url": "/cards?whose=all", "is_current": False},
        ],
        "whose": "mine",
        "filter": {"colour": "", "state": "issued", "cause": "", "county": ""},
        "has_filter": False,
        "colours": [colour.value for colour in CardColour],
        "states": [state.value for state in CardState],
        "causes": [{"code": "limit", "label": "时限"}],
        "counties": [{"code": "422802", "label": "利川市"}],
        "cards": [parts.card("overdue", "issued", "acknowledge"), parts.card("abnormal", "explained")],
        "next_url": "/cards?cursor=x",
        "first_url": "",
    }


def _one(parts: Parts, act: str) -> dict[str, object]:
    card = {**parts.card("red", "acknowledged", *([act] if act else [])), "supervision_no": "JC422802000000000042"}
    return {
        "card": {**card, "rule_no": "ENSHI_50_90", "due_at": parts.at(3) if act else None},
        "life": parts.entries(),
        "act": act,
        "grounds": [{"code": "system_fault", "label": "系统故障"}],
        "outcomes": ["upheld", "revoked"],
        "values": {"text": "", "ground": "", "outcome": ""},
        "errors": [{"name": "text", "text": "请填写理由。"}] if act == "explain" else [],
    }


def _new() -> dict[str, object]:
    return {
        "case_no": "ES20261124000001",
        "causes": [{"code": "wrong_fee", "label": "违规收费"}],
        "values": {"cause": "wrong_fee", "content": ""},
        "errors": [{"name": "content", "text": "请填写情况说明。"}],
    }


def _scores(parts: Parts) -> dict[str, object]:
    columns = ["issued", "yellow", "red", "overdue", "abnormal", "waiting", "upheld", "revoked"]
    cells = [
        {"code": code, "count": place % 3, "url": "" if code == "upheld" else f"/cards?{code}"}
        for place, code in enumerate(columns)
    ]
    units = [{"county": "利川市", "department": "市场监督管理局", "cells": cells}]
    return {"columns": columns, "units": units, "read_at": parts.at()}
