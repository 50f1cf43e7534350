"""The doors of the calendar: who may load what, in which forms, and how bad input is answered."""

from io import BytesIO

import pytest

from tests.integration.calendars.conftest import Town

DAY = {"on": "2026-05-08", "kind": "off"}


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"document": "文1", "days": [DAY, {**DAY, "kind": "work"}]}, "calendar_conflict", "/days"),
        ({"document": "文1", "days": [{"on": "8 May", "kind": "off"}]}, "calendar_day", "/days"),
        ({"document": "文1", "days": [{"on": 20260508, "kind": None}]}, "calendar_day", "/days"),
        ({"document": "文1", "days": [{"on": "2040-05-08", "kind": "off"}]}, "calendar_year", "/days"),
        ({"document": "  ", "days": [DAY]}, "calendar_document", "/document"),
        ({"days": [DAY]}, "calendar_document", "/document"),
        ({"document": "文1", "days": []}, "calendar_empty", "/days"),
        (
            {"document": "文1", "hours": [{"valid_from": "2026-05-08", "blocks": "09:00-12:00"}]},
            "calendar_hours",
            "/hours",
        ),
        ({"document": "文1", "content": "not a calendar", "format": "csv"}, "calendar_unreadable", "/file"),
        ({"document": "文1", "days": [DAY], "number": 7}, "invalid", "/number"),
    ],
)
def test_bad_input_is_refused_with_what_to_do(
    shared_town: Town, body: dict[str, object], code: str, pointer: str
) -> None:
    answer = shared_town.load(**body)  # type: ignore[arg-type]

    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert answer.json["errors"][0]["pointer"] == pointer
    assert answer.json["errors"][0]["detail"]
    assert answer.json["detail"]


@pytest.mark.parametrize(
    ("layer", "login", "status"),
    [
        ("ES", "supervisor.enshi", 403),
        ("422802", "supervisor.enshi", 403),
        ("422801", "supervisor.enshi", 201),
        ("422801-scjg", "supervisor.enshi", 201),
        ("CN", "supervisor.es", 403),
        ("ES", "supervisor.es", 201),
        ("ES", "window.enshi", 403),
        ("ES", "designer.es", 403),
        ("XX", "admin.es", 422),
    ],
)
def test_a_layer_is_loaded_by_whoever_answers_for_it(shared_town: Town, layer: str, login: str, status: int) -> None:
    answer = shared_town.load(layer, login=login, document="文1", days=[DAY])

    assert answer.status_code == status


def test_a_file_may_be_the_body_or_a_part_of_a_form(town: Town) -> None:
    headers = town.token("admin.es")
    path = "/api/v1/calendars/ES/versions"
    text = "date,kind\n2026-05-08,off\n"

    raw = town.client.post(f"{path}?document=文1", data=text, content_type="text/csv", headers=headers)
    form = town.client.post(
        f"{path}?dry_run=1",
        data={"document": "文2", "file": (BytesIO(text.replace("05-08", "05-11").encode()), "a.csv")},
        headers=headers,
    )

    assert raw.status_code == 201
    assert (form.status_code, form.json["days"]) == (200, [{"on": "2026-05-11", "before": "", "after": "off"}])


def test_layers_are_listed_with_the_version_in_force(town: Town) -> None:
    town.load(document="文1", days=[DAY])

    answer = town.client.get("/api/v1/calendars", headers=town.token("window.enshi")).json

    lines = {line["layer"]: line for line in answer["items"]}
    assert (lines["ES"]["number"], lines["ES"]["document"], lines["422801"]["number"]) == (2, "文1", 0)
    assert answer["national"]["published_through"] == 2026
    assert answer["national"]["is_alarm"] is False
    assert town.client.get("/api/v1/calendars").status_code == 401


def test_a_year_is_listed_as_offices_below_a_layer_count_it(town: Town) -> None:
    town.load(document="文1", days=[DAY])
    headers = town.token("window.enshi")

    days = town.client.get("/api/v1/calendars/ES/days?year=2026", headers=headers).json["days"]
    national = town.client.get("/api/v1/calendars/CN/days?year=2026", headers=headers).json["days"]

    assert {"on": "2026-05-08", "kind": "holiday", "provisional": False} in days
    assert "2026-05-08" not in {day["on"] for day in national}
    assert town.client.get("/api/v1/calendars/ES/days?year=1990", headers=headers).json["code"] == "calendar_missing"
    assert town.client.get("/api/v1/calendars/XX/days", headers=headers).status_code == 422


def test_a_report_names_only_cases_of_the_reader_s_region(town: Town) -> None:
    enshi, lichuan = town.accepted(), town.accepted(region="422802")
    load_id = town.load(document="文1", days=[{"on": "2026-03-05", "kind": "off"}]).json["load_id"]
    path = f"/api/v1/calendar-loads/{load_id}"

    of_enshi = town.client.get(path, headers=town.token("supervisor.enshi")).json
    of_all = town.client.get(path, headers=town.token("supervisor.es")).json

    assert {item["case_no"] for item in of_enshi["items"]} == {enshi}
    assert {item["case_no"] for item in of_all["items"]} == {enshi, lichuan}
    assert of_all["cases"] == {"concerned": 2, "moved": 2}
    assert town.client.get(path, headers=town.token("window.enshi")).status_code == 403
    assert town.client.get("/api/v1/calendar-loads/7", headers=town.token("admin.es")).status_code == 404
    assert town.client.get("/api/v1/calendar-loads", headers=town.token("admin.es")).json["items"][0]["id"] == load_id
