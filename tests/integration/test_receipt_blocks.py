"""Receipts on paper: numbers reserved for a hall, each used once, only for what came in while the system stood still."""

import re
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain.calendar import ZONE
from app.domain.outage import Gap
from app.factory import create_app
from app.operations.manage_staff import issue_token
from app.operations.sign_in import sign_in
from app.storage.beats import add_outage
from app.web.sign_in import COOKIE
from tests.world import FORM, PASSWORD, World

ADMIN, CLERK, FOREIGN = "admin.es", "window.enshi", "window.lichuan"
HALL = "422801-hall"
DURING = "2026-03-02T14:00:00+08:00"
GUIDANCE = {"needs_seal": "yes", "has_employees": "no", "needs_bank": "no"}
PDF = b"%PDF-1.7\n%%EOF\n"
PERSON = {
    "kind": "person",
    "name": "张小芳",
    "id_type": "111",
    "id_number": "422801199003071228",
    "mobile": "13800000000",
}


class Hall:
    """A hall with a block since the morning of Monday 2026-03-02; its power failed from 13:30 to 16:00.

    It is seen on Wednesday 03-04.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.client: FlaskClient = create_app(container=world.container).test_client()
        with world.container.context.database.write() as uow:
            began, ended = (datetime(2026, 3, 2, hour, 30 if hour == 13 else 0, tzinfo=ZONE) for hour in (13, 16))
            add_outage(uow, Gap(began_at=began, ended_at=ended))
        self._headers: dict[str, dict[str, str]] = {}
        world.at(2026, 3, 2, 8, 0)
        assert self.issue().status_code == 201
        world.at(2026, 3, 4, 9, 0)

    def headers(self, login: str) -> dict[str, str]:
        if login not in self._headers:
            token = issue_token(self.world.container.context, None, login=login, name="test", days=30)["token"]
            self._headers[login] = {"Authorization": f"Bearer {token}"}
        return self._headers[login]

    def post(self, login: str, path: str, body: object) -> TestResponse:
        return self.client.post(f"/api/v1{path}", json=body, headers=self.headers(login))

    def get(self, login: str, path: str) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers=self.headers(login))

    def issue(self, first: int = 101, last: int = 110, login: str = ADMIN, hall: str = HALL) -> TestResponse:
        return self.post(login, "/receipt-blocks", {"hall": hall, "from_no": first, "to_no": last})

    def scan(self, login: str = CLERK) -> str:
        head = b'--part\r\nContent-Disposition: form-data; name="file"; filename="scan.pdf"\r\n\r\n'
        kind = "multipart/form-data; boundary=part"
        answer = self.client.post(
            "/api/v1/materials",
            data=head + PDF + b"\r\n--part--\r\n",
            content_type=kind,
            headers=self.headers(login),
        )
        return str(answer.json["material_id"])

    def receive_theme(self, number: int, login: str = CLERK, **changes: Any) -> TestResponse:
        paper = {"number": number, "received_at": DURING, "scan_id": self.scan(login), **changes}
        body = {"region_code": "422801", "intake_mode": "window", "applicant": PERSON, "guidance": GUIDANCE}
        return self.post(
            login, "/themes/startup/applications", {**body, "form": {**FORM, "capital_wan": 10}, "paper": paper}
        )

    def receive(self, number: int, login: str = CLERK, **changes: Any) -> TestResponse:
        paper = {"number": number, "received_at": DURING, "scan_id": self.scan(login), **changes}
        body = {"matter_code": "restaurant-food", "region_code": "422801", "intake_mode": "window"}
        return self.post(login, "/applications", {**body, "applicant": PERSON, "form": FORM, "paper": paper})


@pytest.fixture
def hall(installed: World) -> Hall:
    return Hall(installed)


def test_application_received_on_paper_counts_from_the_instant_of_its_receipt(hall: Hall) -> None:
    answer = hall.receive(103)

    assert answer.status_code == 201, answer.json
    receipt = answer.json
    assert receipt["received_at"] == DURING
    assert [(item["name"], item["due_at"]) for item in receipt["deadlines"]] == [
        ("notice5", "2026-03-09T17:30:00+08:00")
    ]
    assert "20260302" in receipt["case_no"]
    entry = hall.get(CLERK, f"/cases/{receipt['case_no']}/events").json["items"][0]
    assert (entry["facts"]["receipt_no"], entry["facts"]["stop"].split(":")[0]) == (103, "outage")
    (block,) = hall.get(CLERK, "/receipt-blocks").json["items"]
    assert (block["left"], [(row["number"], row["state"], row["case_no"]) for row in block["numbers"]]) == (
        9,
        [(103, "used", receipt["case_no"])],
    )


def test_joint_application_on_paper_counts_from_its_receipt_and_its_members_follow(hall: Hall) -> None:
    answer = hall.receive_theme(103)

    assert answer.status_code == 201, answer.json
    number = answer.json["case_no"]
    hall.world.complete(number, "check", CLERK, "accept")
    (member,) = (str(row["case_no"]) for row in hall.get(CLERK, f"/cases/{number}").json["members"])
    first = [hall.get(CLERK, f"/cases/{case}/events").json["items"][0]["facts"] for case in (number, member)]
    (block,) = hall.get(CLERK, "/receipt-blocks").json["items"]
    assert answer.json["received_at"] == DURING
    assert [(item["name"], item["due_at"]) for item in answer.json["deadlines"]] == [
        ("notice5", "2026-03-09T17:30:00+08:00")
    ]
    assert (first[0]["receipt_no"], "receipt_no" in first[1]) == (103, False)
    assert [(row["number"], row["state"], row["case_no"]) for row in block["numbers"]] == [(103, "used", number)]


@pytest.mark.parametrize(
    ("number", "login", "changes", "expected"),
    [
        (111, CLERK, {}, (422, "receipt_number_unknown")),
        (105, CLERK, {"received_at": "2026-03-02T16:00:00+08:00"}, (422, "receipt_outside_closure")),
        (105, CLERK, {"scan_id": "1"}, (422, "invalid")),
        (105, "applicant1", {}, (403, "not_permitted")),
        (105, FOREIGN, {}, (403, "region_not_permitted")),
    ],
)
def test_refused_joint_receipt_opens_nothing_and_uses_no_number(
    hall: Hall, number: int, login: str, changes: dict[str, str], expected: tuple[int, str]
) -> None:
    refused = hall.receive_theme(number, login, **changes)

    assert (refused.status_code, refused.json["code"]) == expected
    assert hall.get(CLERK, "/cases").json["items"] == []
    assert hall.receive_theme(105).status_code == 201
    assert hall.receive_theme(105).json["code"] == "receipt_number_used"


def test_a_number_is_used_once(hall: Hall) -> None:
    assert hall.receive(103).status_code == 201

    again = hall.receive(103)

    assert (again.status_code, again.json["code"]) == (409, "receipt_number_used")
    cases = hall.get(CLERK, "/cases").json["items"]
    assert len(cases) == 1


def test_a_number_reserved_after_the_receipt_was_handed_out_dates_nothing_back(hall: Hall) -> None:
    assert hall.issue(201, 210).status_code == 201

    refused = hall.receive(201)

    assert (refused.status_code, refused.json["code"]) == (422, "receipt_number_unknown")


def test_a_voided_number_is_never_used(hall: Hall) -> None:
    block_id = hall.get(CLERK, "/receipt-blocks").json["items"][0]["block_id"]
    path = f"/receipt-blocks/{block_id}/voids"

    nothing_said = hall.post(CLERK, path, {"number": 104, "reason": " "})
    elsewhere = hall.post(FOREIGN, path, {"number": 104, "reason": "填写错误"})
    outside = hall.post(CLERK, path, {"number": 111, "reason": "填写错误"})
    voided = hall.post(CLERK, path, {"number": 104, "reason": "填写错误"})
    twice = hall.post(ADMIN, path, {"number": 104, "reason": "填写错误"})

    assert [(answer.status_code, answer.json.get("code")) for answer in (nothing_said, elsewhere, outside, twice)] == [
        (422, "clock_reason_missing"),
        (403, "not_permitted"),
        (422, "receipt_number_unknown"),
        (409, "receipt_number_used"),
    ]
    assert voided.status_code == 201
    assert (hall.receive(104).status_code, hall.receive(104).json["code"]) == (409, "receipt_number_used")


@pytest.mark.parametrize(
    ("number", "login", "changes", "expected"),
    [
        (111, CLERK, {}, (422, "receipt_number_unknown")),
        (105, CLERK, {"received_at": "2026-03-02T16:00:00+08:00"}, (422, "receipt_outside_closure")),
        (105, CLERK, {"received_at": "2026-03-04T09:01:00+08:00"}, (422, "clock_future")),
        (105, CLERK, {"received_at": "2026-03-02T14:00:00"}, (422, "instant_naive")),
        (105, CLERK, {"scan_id": "1"}, (422, "invalid")),
        (105, "applicant1", {}, (403, "not_permitted")),
        (105, FOREIGN, {}, (403, "region_not_permitted")),
    ],
)
def test_refused_receipt_uses_no_number(
    hall: Hall, number: int, login: str, changes: dict[str, str], expected: tuple[int, str]
) -> None:
    refused = hall.receive(number, login, **changes)

    assert (refused.status_code, refused.json["code"]) == expected
    assert refused.json["remedy"]
    assert hall.receive(105).status_code == 201


def test_a_confirmed_closure_of_the_hall_is_a_ground_too(hall: Hall) -> None:
    began, ended = "2026-03-03T08:00:00+08:00", "2026-03-03T12:00:00+08:00"
    closed = {
        "scope": "office",
        "department_code": HALL,
        "from": began,
        "to": ended,
        "reason": "停电",
        "document": "文1",
    }
    at = {"received_at": "2026-03-03T10:00:00+08:00"}
    declared = hall.post("supervisor.enshi", "/closures", closed)

    before = hall.receive(106, **at)
    hall.post("supervisor.es", f"/closures/{declared.json['closure_id']}/confirmation", {})
    after = hall.receive(106, **at)

    assert (before.status_code, before.json["code"]) == (422, "receipt_outside_closure")
    assert after.status_code == 201


@pytest.mark.parametrize(
    ("first", "last", "login", "place", "expected"),
    [
        (110, 120, ADMIN, HALL, (409, "receipt_block_overlap")),
        (120, 111, ADMIN, HALL, (422, "receipt_block_span")),
        (0, 5, ADMIN, HALL, (422, "receipt_block_span")),
        (1_000, 11_000, ADMIN, HALL, (422, "receipt_block_span")),
        (201, 210, ADMIN, "422801-nowhere", (422, "department_unknown")),
        (201, 210, CLERK, HALL, (403, "not_permitted")),
    ],
)
def test_refused_block_reserves_nothing(
    hall: Hall, first: int, last: int, login: str, place: str, expected: tuple[int, str]
) -> None:
    refused = hall.issue(first, last, login, place)

    assert (refused.status_code, refused.json["code"]) == expected
    assert len(hall.get(ADMIN, "/receipt-blocks").json["items"]) == 1


def test_the_same_numbers_may_belong_to_another_hall(hall: Hall) -> None:
    assert hall.issue(hall="422802-hall").status_code == 201
    assert [block["hall_code"] for block in hall.get(FOREIGN, "/receipt-blocks").json["items"]] == ["422802-hall"]


def test_pages_reserve_enter_and_void(hall: Hall) -> None:
    admin, clerk = browser(hall, ADMIN), browser(hall, CLERK)
    hall.world.at(2026, 3, 2, 9, 0)
    issued = send(admin, "/receipt-blocks", hall=HALL, from_no="201", to_no="202")
    hall.world.at(2026, 3, 4, 9, 0)
    form = {**{f"applicant.{name}": value for name, value in PERSON.items()}, "intake_mode": "window"}
    form |= {f"form.{name}": value for name, value in FORM.items()} | {"paper_number": "201"}
    when, file = {"paper_received_at": "2026-03-02T14:00"}, (BytesIO(PDF), "scan.pdf")

    without_scan = send(clerk, "/apply/restaurant-food?region=422801", **form, **when)
    elsewhen = send(
        clerk,
        "/apply/restaurant-food?region=422801",
        **form,
        paper_received_at="2026-03-03T14:00",
        **{"material.paper_scan": (BytesIO(PDF), "scan.pdf")},
    )
    received = send(clerk, "/apply/restaurant-food?region=422801", **form, **when, **{"material.paper_scan": file})
    block_id = re.search(r"/receipt-blocks/(\d+)/voids", clerk.get("/receipt-blocks").text.split("201–202")[1])
    assert block_id is not None
    said = {f"number.{block_id[1]}": "202", f"reason.{block_id[1]}": "填写错误"}
    voided = send(clerk, f"/receipt-blocks/{block_id[1]}/voids", **said)

    assert "号段已预留" in issued
    assert "请上传纸质收件凭证的扫描件" in without_scan
    assert "所填时间不在其间" in elsewhen
    assert "03-02 14:00" in received
    assert "该号已作废" in voided
    assert "剩 0 个号" in voided


def test_page_of_a_theme_enters_a_receipt_on_paper(hall: Hall) -> None:
    clerk, applicant = browser(hall, CLERK), browser(hall, "applicant1")
    path = "/themes/startup/apply?region=422801&" + "&".join(f"guidance.{key}={said}" for key, said in GUIDANCE.items())
    form = {**{f"applicant.{name}": value for name, value in PERSON.items()}, "intake_mode": "window"}
    form |= {f"form.{name}": str(value) for name, value in {**FORM, "capital_wan": 10}.items()}
    form |= {"paper_number": "101", "paper_received_at": "2026-03-02T14:00"}

    opened = clerk.get(f"{path}&step=form").text
    without_scan = send(clerk, path, **form)
    received = send(clerk, path, **form, **{"material.paper_scan": (BytesIO(PDF), "scan.pdf")})

    assert "paper_number" in opened
    assert "paper_number" not in applicant.get(f"{path}&step=form").text
    assert "请上传纸质收件凭证的扫描件" in without_scan
    assert "03-02 14:00" in received


def browser(hall: Hall, login: str) -> FlaskClient:
    client = create_app(container=hall.world.container).test_client()
    client.set_cookie(COOKIE, sign_in(hall.world.container.context, login=login, password=PASSWORD).token)
    return client


def send(client: FlaskClient, path: str, **fields: object) -> str:
    token = re.search(r'<meta name="csrf-token" content="([^"]+)"', client.get("/receipt-blocks").text)
    assert token is not None
    return client.post(path, data={"csrf_token": token[1], **fields}, follow_redirects=True).text
