"""A year whose notice is not out: its dates are marked, nothing is approved by default on them, and people are warned."""

import orjson
import sqlalchemy as sa

from app.operations.warn_calendar_end import warn_calendar_end
from app.storage.tables import outbox
from tests.integration.calendars.conftest import Town

NOTICE_2027 = "国办发明电〔2026〕9号"


def into_2027(town: Town) -> str:
    """Accept a case that is due on the first working day of 2027."""
    town.at(2026, 12, 31, 10, 0)
    case_no = town.accepted("startup-reg")
    town.complete(case_no, "review", "reviewer.enshi", "pass", opinion="同意")
    return case_no


def test_a_date_of_an_unpublished_year_is_marked_and_never_approved_by_default(town: Town) -> None:
    case_no = into_2027(town)
    assert (town.due(case_no), town.row(case_no).is_provisional) == ("2027-01-04 17:30", True)

    town.at(2027, 1, 4, 17, 40)
    town.tick()

    assert town.case(case_no).state == "accepted"
    assert (town.row(case_no, "deemed").state, town.row(case_no, "deemed").last_error) == (6, "provisional_date")


def test_the_notice_of_the_year_ends_the_mark_and_lets_the_approval_fire(town: Town) -> None:
    case_no = into_2027(town)

    answer = town.load(
        "CN",
        document=NOTICE_2027,
        year=2027,
        days=[{"on": "2027-01-01", "kind": "off"}, {"on": "2027-01-04", "kind": "off"}],
    )

    assert answer.status_code == 201
    assert answer.json["published_through"] == 2027
    assert (town.due(case_no), town.row(case_no).is_provisional) == ("2027-01-05 17:30", False)
    town.at(2027, 1, 5, 17, 40)
    town.tick()
    assert town.case(case_no).state == "deemed"


def test_readiness_and_the_list_of_calendars_warn_sixty_days_before_the_end(town: Town) -> None:
    town.at(2026, 11, 1, 9, 0)
    assert town.client.get("/readyz").json["calendar"] == {"published_through": 2026, "days_left": 60, "alarm": True}

    town.at(2026, 10, 31, 9, 0)

    assert town.client.get("/readyz").json["calendar"]["alarm"] is False
    headers = town.token("admin.es")
    assert town.client.get("/api/v1/calendars", headers=headers).json["national"]["is_alarm"] is False


def test_administrators_and_supervisors_are_told_once_a_day(town: Town) -> None:
    context = town.container.context
    town.at(2026, 10, 30, 9, 0)
    assert not warn_calendar_end(context, worker="w1")

    town.at(2026, 11, 2, 9, 0)
    assert warn_calendar_end(context, worker="w1")
    assert not warn_calendar_end(context, worker="w2")

    with context.database.read() as connection:
        rows = connection.scalars(sa.select(outbox.c.payload).where(outbox.c.dedup_key.like("calendar_running_out:%")))
        told = [orjson.loads(payload) for payload in rows]
    assert {item["role"] for item in told} == {"admin", "supervisor"}
    assert {item["facts"]["days_left"] for item in told} == {59}
    town.at(2026, 11, 3, 9, 0)
    assert warn_calendar_end(context, worker="w2")
