"""A load that failed on a case is tried again on it, by who may load its layers."""

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.factory import create_app
from app.operations.continue_calendar_loads import continue_calendar_loads
from app.operations.sign_in import sign_in
from app.storage.tables import calendar_load_case, incident
from app.web.sign_in import COOKIE
from tests.integration.calendars.conftest import Town
from tests.world import PASSWORD


@pytest.fixture
def failed(town: Town) -> str:
    """A load that moved a case and is said to have failed on it, with the incident such a failure opens."""
    case_no = town.accepted()
    load_id = str(town.load(document="文1", days=[{"on": "2026-03-04", "kind": "off"}]).json["load_id"])
    with town.container.context.database.write() as uow:
        uow.connection.execute(
            calendar_load_case.update().where(calendar_load_case.c.load_id == int(load_id)).values(outcome="failed")
        )
        row = {"id": 1, "case_id": town.case_id(case_no), "element": "calendar_load", "code": "calendar_missing"}
        row |= {"opened_at": uow.now(), "state": "open", "facts": "{}"}
        uow.connection.execute(incident.insert(), row)
    return load_id


def outcomes(town: Town, load_id: str) -> dict[str, int]:
    return dict(town.client.get(f"/api/v1/calendar-loads/{load_id}", headers=town.token("supervisor.es")).json["cases"])


def retry(town: Town, load_id: str, login: str = "admin.es") -> tuple[int, str | None]:
    answer = town.client.post(f"/api/v1/calendar-loads/{load_id}/retry", headers=town.token(login))
    return answer.status_code, answer.json.get("code")


def test_failed_cases_are_counted_again_by_the_worker(town: Town, failed: str) -> None:
    before = outcomes(town, failed)

    answered = retry(town, failed)
    waiting = outcomes(town, failed)
    continue_calendar_loads(town.container.context, budget_s=30)

    assert (answered, before["failed"], waiting["waiting"]) == ((200, None), 1, 1)
    assert "failed" not in outcomes(town, failed)
    assert outcomes(town, failed)["concerned"] == 1
    with town.container.context.database.read() as connection:
        assert connection.scalar(sa.select(incident.c.state)) == "retried"


def test_only_who_may_load_a_layer_tries_again_and_only_what_failed(town: Town, failed: str) -> None:
    assert retry(town, failed, "supervisor.enshi") == (403, "not_permitted")
    assert retry(town, failed, "window.enshi") == (403, "not_permitted")
    assert retry(town, failed) == (200, None)
    assert retry(town, failed) == (409, "calendar_load_whole")
    assert retry(town, "1") == (404, "calendar_load_unknown")


def test_the_page_of_a_failed_load_has_the_button(town: Town, failed: str) -> None:
    page: FlaskClient = create_app(container=town.container).test_client()
    page.set_cookie(COOKIE, sign_in(town.container.context, login="supervisor.es", password=PASSWORD).token)
    shown = page.get(f"/admin/calendar-loads/{failed}").text
    token = re.search(r'<meta name="csrf-token" content="([^"]+)"', shown)
    assert token is not None

    after = page.post(
        f"/admin/calendar-loads/{failed}/retry", data={"csrf_token": token[1]}, follow_redirects=True
    ).text

    assert "重试失败的办件" in shown
    assert "失败的办件将重新计算" in after
    assert "重试失败的办件" not in after
