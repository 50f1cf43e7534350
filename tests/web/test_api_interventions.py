"""Interventions at the door: the version, the dry run, who may, and the list of what stands still."""

from tests.web.api_world import SUPERVISOR, WINDOW, Call, call, done, site

__all__ = ["call", "site"]


def handled(call: Call) -> tuple[str, str]:
    """A case that waits at its window; its number and the path of interventions."""
    case_no = call("applicant1").apply("restaurant-verify")["case_no"]
    return case_no, f"/cases/{case_no}/interventions"


def test_pause_asks_for_the_version_and_stops_the_window(call: Call) -> None:
    case_no, path = handled(call)
    supervisor, body = call(SUPERVISOR), {"kind": "pause", "reason": "核查数据"}
    etag = supervisor.get(f"/cases/{case_no}").headers["ETag"]

    unstated = supervisor.post(path, body)
    tried = done(supervisor.post(path, {**body, "dry_run": True}, If_Match=etag), 200)
    paused = done(supervisor.post(path, body, If_Match=etag), 200)
    stale = supervisor.post(path, {"kind": "resume", "reason": "核查完毕"}, If_Match=etag)

    assert (unstated.status_code, stale.status_code) == (428, 412)
    assert (tried["dry_run"], paused["dry_run"], paused["kind"]) == (True, False, "pause")
    listed = done(supervisor.get("/supervision/paused"), 200)["items"]
    assert [(item["case_no"], item["reason"]) for item in listed] == [(case_no, "核查数据")]


def test_only_a_supervisor_intervenes_and_nonsense_is_told_field_by_field(call: Call) -> None:
    _, path = handled(call)

    forbidden = call(WINDOW).post(path, {"kind": "pause", "reason": "x"}, If_Match='"1"')
    unknown = call(SUPERVISOR).post(path, {"kind": "explode", "reason": "x"}, If_Match='"1"')
    empty = call(SUPERVISOR).post(path, {"kind": "pause", "reason": ""}, If_Match='"1"')
    list_ = call(WINDOW).get("/supervision/paused")

    assert (forbidden.status_code, list_.status_code) == (403, 403)
    assert (unknown.status_code, empty.status_code) == (422, 422)
    assert unknown.get_json()["errors"][0]["pointer"] == "/kind"
