"""What a checker can find: contrast, names, roles, order. No serious fault on a main page, in light and in dark."""

import json
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from app.domain.catalogue_change import CatalogueChangeInput
from app.domain.coverage import Coverage
from app.domain.scenario import Difference
from app.operations.change_catalogue import submit_change
from app.operations.define import save_definition
from app.operations.deploy_package import submit_package
from app.operations.keep_coverage import keep_coverage
from app.queries.definitions import get_version
from app.storage.tables import accountability_record
from tests.browser.busy_town import Town, settle
from tests.browser.chromium import PLACES
from tests.browser.conftest import DESKTOP, PHONE, Site, Visit
from tests.new_versions import FOOD_KEY, asked, deploy_changed, migrated, renamed
from tests.packing import packed
from tests.web.refused_acts import DISCLOSURE, FOOD, WITH_CLASSES, redeployed

AXE = PLACES.modules / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
RUN = """() => axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.map((rule) => (
  {id: rule.id, impact: rule.impact, nodes: rule.nodes.map((node) => node.html.slice(0, 160))})))"""


def pages_of(town: Town, site: Site) -> dict[str, list[str]]:
    """Return the main pages by the person who sees them."""
    review, check = site.world.open_task(town.reviewing, "review").id, site.world.open_task(town.received, "check").id
    classed = with_classes(site)
    guidance = "guidance.needs_seal=yes&guidance.has_employees=no&guidance.needs_bank=yes"
    return {
        "": ["/apply", "/sign-in", "/progress"],
        "applicant1": [
            "/apply/restaurant-food?region=422801",
            f"/themes/startup/apply?region=422801&step=form&{guidance}",
            "/my/cases",
            f"/my/cases/{town.correcting}",
            f"/my/cases/{town.correcting}/correction",
            f"/my/cases/{town.closed}/withdrawal",
        ],
        "reviewer.enshi": [
            "/worklist",
            f"/tasks/{review}",
            f"/tasks/{review}/handover",
            "/cases",
            f"/cases/{town.deemed}",
            f"/cases/{town.joint}",
            f"/cases/{town.joint}/plan",
            f"/cases/{town.reviewing}/suspension",
            f"/cases/{town.reviewing}/clock",
            f"/cases/{town.reviewing}/acceptance-error",
            f"/cases/{classed}/reclassification",
            f"/cases/{classed}/restart",
            "/settings",
            "/cases/unknown",
        ],
        "head.enshi": [
            "/revocable-cases",
            "/revocations",
            f"/cases/{town.closed}/revocation",
            f"/cases/{town.reviewing}/extension",
            f"/cases/{town.suspended}/resumption",
        ],
        "ga1.enshi": ["/joint-applications", f"/cases/{town.asked}/correction-requests", f"/cases/{town.asked}"],
        "head.es": ["/revocable-cases", f"/cases/{town.closed}"],
        "governor.enshi": ["/cases", f"/cases/{town.joint}"],
        "window.enshi": [
            f"/tasks/{check}",
            f"/tasks/{site.world.open_task(town.asked, 'check').id}",
            f"/cases/{town.asked}/correction-requests",
            "/apply/restaurant-food?region=422801",
            f"/themes/startup/apply?region=422801&step=form&{guidance}",
            "/receipt-blocks",
        ],
        "supervisor.es": [
            "/board",
            "/board?state=paused",
            f"/cases/{town.reviewing}",
            "/holds",
            "/releases",
            "/accountability",
            f"/accountability/{record_of(site)}",
            "/closures",
            "/admin/calendars",
            "/admin/calendars/ES",
            "/admin/calendars/ES/upload",
        ],
        "designer.es": [
            "/definitions",
            "/definitions/new",
            "/definitions/theme:startup/versions/1",
            "/definitions/pattern:committed/versions/1/editor",
            second_version(site),
            played_version(site),
            "/definitions/packages",
            "/definitions/packages/new",
            package_in(site),
            "/catalogue-changes",
            "/catalogue-changes/new",
            f"/catalogue-changes/{change_in(site)}",
            *migration_pages(site),
        ],
        "admin.es": ["/admin/staff", "/admin/departments", "/admin/tokens", "/receipt-blocks"],
    }


def with_classes(site: Site) -> str:
    """Return an accepted case of a matter that has classes and may start afresh, as a deployment may have them."""
    world = site.world
    with TemporaryDirectory() as folder:
        redeployed(world, Path(folder, "rules"), FOOD, *DISCLOSURE, WITH_CLASSES)
    case_no = world.apply("restaurant-food")
    world.complete(case_no, "check", "window.enshi", "accept")
    return case_no


def record_of(site: Site) -> int:
    """The accountability record of the case that was approved by default."""
    with site.world.container.context.database.read() as connection:
        return int(connection.execute(sa.select(accountability_record.c.id)).scalar_one())


def second_version(site: Site) -> str:
    """Save a draft that gives a step a limit; return where it stands beside the deployed version."""
    key, file = "pattern:instant", site.world.container.settings.bpmn_dir / "patterns" / "instant" / "process.bpmn"
    source = file.read_bytes().replace(b' lb:role="', b' lb:limit="3WD" lb:role="', 1)
    save_definition(site.world.container.context, site.world.person("designer2.es"), key=key, source=source, edit=0)
    return f"/definitions/{key}/versions/1/diff/2"


def played_version(site: Site) -> str:
    """Keep what scenarios reached of a diagram; return the page that shows it."""
    world, key = site.world, "pattern:instant"
    with world.container.context.database.read() as connection:
        row = get_version(connection, key, 1)
    elements, flows = {"handle": "一次办理", "handle_late": "补办"}, {"flow_handle_decided": "一次办理 → 准予?"}
    covered = Coverage(key=key, elements=elements, flows=flows, reached=frozenset({"handle"}))
    differs = Difference(
        file="on_the_spot.toml", line=9, place="then", what="state", expected="closed", found="received"
    )
    keep_coverage(
        world.container.context,
        world.person("designer.es"),
        version=1,
        sha256=row.sha256,
        coverage=covered,
        files=("on_the_spot.toml",),
        differences=(differs,),
    )
    return f"/definitions/{key}/versions/1"


def package_in(site: Site) -> str:
    """Submit a package that waits for another designer; return its page."""
    world, path = site.world, "forms/delivery.json"
    text = (world.container.settings.rules_dir / path).read_text(encoding="utf-8")
    sent = submit_package(
        world.container.context,
        world.person("designer2.es"),
        name="出件.zip",
        content=packed({f"rules/{path}": f"{text}\n"}),
        note="出件表单",
    )
    return f"/definitions/packages/{sent['package_id']}"


def migration_pages(site: Site) -> tuple[str, ...]:
    """Migrate the running cases of a diagram whose review is called otherwise in its new version; return the pages."""
    world = site.world
    deploy_changed(world, renamed("review", "assess"))
    path, run = f"/definitions/{FOOD_KEY}/migrations", migrated(world, asked())
    return path, f"{path}/check?from=2&to=1", f"{path}/{run}"


def change_in(site: Site) -> str:
    """Submit a change set that waits for another designer; return its id."""
    world = site.world
    file = next(world.container.settings.rules_dir.glob("matters/*/restaurant-food.toml"))
    change = CatalogueChangeInput(
        list_source=file.read_bytes().replace(b'promised_limit = "5WD"', b'promised_limit = "4WD"'),
        kept_key="pattern:committed-with-special-procedure",
        kept_version=1,
        document_no="恩施州政务办〔2026〕3号",
        document_text="承诺时限调整。",
        effective_from=world.clock.now().date() + timedelta(days=30),
    )
    return str(submit_change(world.container.context, world.person("designer2.es"), change)["change_id"])


@pytest.mark.parametrize(("scheme", "size"), [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE)])
def test_main_pages_have_no_grave_fault(visit: Visit, site: Site, scheme: str, size: tuple[int, int]) -> None:
    town = settle(site.world)
    found = []

    for login, paths in pages_of(town, site).items():
        page = visit("/sign-in", login, is_dark=scheme == "dark", size=size)
        for path in paths:
            page.goto(path)
            found += [f"{path} {json.dumps(fault, ensure_ascii=False)}" for fault in check(page)]

    assert not found, "\n".join(found)


def test_a_refused_form_has_no_grave_fault(visit: Visit) -> None:
    page = visit("/apply/restaurant-food?region=422801", "applicant1", size=PHONE)

    page.get_by_role("button", name="提交申请").click()
    page.locator(".error-summary").wait_for()

    assert check(page) == []


def check(page: Page) -> list[dict[str, object]]:
    """Return the grave faults of a page. The checker is evaluated by the debugger, which no page policy forbids."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return [fault for fault in page.evaluate(RUN) if fault["impact"] in GRAVE]
