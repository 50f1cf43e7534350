"""Numbers, drafts, stored answers, papers, materials, signs of life, holds."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.domain.change_rows.papers import DocumentRow
from app.domain.change_set import ChangeSet, IdempotencyRow
from app.domain.errors import InvalidInput, Stale
from app.domain.hold import is_holding
from app.domain.machine_clock import Beat
from app.domain.outage import Gap
from app.domain.request_key import request_key
from app.storage import tables
from app.storage.apply_changes import apply_changes
from app.storage.beats import add_outage, begin_daily_run, list_beats, release_outages, save_beat
from app.storage.case_loading import load_case
from app.storage.database import Database, FixedClock, open_database
from app.storage.documents import find_document, keep_rendered
from app.storage.drafts import find_draft, put_draft
from app.storage.idempotency import find_response
from app.storage.materials import NewMaterial, add_material, find_materials, read_material
from app.storage.numbers import NumberBook, Series
from tests.integration.rows import AT, new_id, seed_case

DAY = date(2026, 3, 9)


def series(kind: str, scope: str = "A", on: date = DAY) -> Series:
    return Series(kind=kind, scope=scope, on=on)


def test_numbers_count_per_kind_scope_and_day(database: Database) -> None:
    asked = ("case", "A", DAY), ("case", "A", DAY), ("case", "B", DAY), ("case", "A", DAY + timedelta(days=1))
    with database.write() as uow:
        book = NumberBook(uow)
        given = [book.next_number(series(*one)) for one in (*asked, ("document", "A", DAY))]

    assert given == [1, 2, 1, 1, 1]


def test_number_of_a_rolled_back_transaction_is_given_again(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as uow:
        NumberBook(uow).next_number(series("rolled")) // 0

    with database.write() as uow:
        assert NumberBook(uow).next_number(series("rolled")) == 1


def test_numbers_taken_at_once_and_not_used_are_given_again(database: Database) -> None:
    with database.write() as uow:
        book = NumberBook(uow)
        book.expected = 5
        given = [book.next_number(series("ahead")) for _ in range(3)]
        book.close()

    with database.write() as uow:
        assert [*given, NumberBook(uow).next_number(series("ahead"))] == [1, 2, 3, 4]


@pytest.mark.parametrize("expected", [1, 5])
def test_numbers_taken_back_are_given_again(database: Database, expected: int) -> None:
    one = series(f"back{expected}")
    with database.write() as uow:
        book = NumberBook(uow)
        book.expected = expected
        kept = book.next_number(one)
        before = book.given_count
        dropped = [book.next_number(one) for _ in range(2)]
        book.take_back(before)
        again = book.next_number(one)
        book.close()

    with database.write() as uow:
        assert (kept, dropped, again, NumberBook(uow).next_number(one)) == (1, [2, 3], 2, 3)


def test_draft_of_an_older_window_is_stale(database: Database) -> None:
    owner, topic = new_id(), f"task:{new_id()}"

    def put(version: int, content: str) -> int:
        with database.write() as uow:
            return put_draft(
                uow, draft_id=new_id(), owner_account_id=owner, topic=topic, version=version, content=content
            )

    assert (put(0, "{}"), put(1, '{"a":1}')) == (1, 2)
    with pytest.raises(Stale):
        put(1, "{}")
    with database.read() as connection:
        assert find_draft(connection, owner_account_id=owner, topic=topic) == (2, '{"a":1}')


def test_stored_answer_belongs_to_one_body(database: Database) -> None:
    key = request_key(actor_id=new_id(), method="POST", path="/x", key="k", body=b"1")
    row = IdempotencyRow(
        actor_id=key.actor_id,
        scope=key.scope,
        key=key.key,
        request_hash=key.body_hash,
        status=200,
        response=b'{"a":1}',
        created_at=AT,
    )
    with database.write() as uow:
        assert find_response(uow, key) is None
        apply_changes(uow, ChangeSet(idempotency=[row]))

    with database.write() as uow:
        assert find_response(uow, key) == b'{"a":1}'
        other = request_key(actor_id=key.actor_id, method="POST", path="/x", key="k", body=b"2")
        with pytest.raises(InvalidInput) as refused:
            find_response(uow, other)
    assert refused.value.code == "idempotency_mismatch"


def test_first_rendering_of_a_paper_stays(database: Database) -> None:
    seeded, document_id = seed_case(database), new_id()
    row = DocumentRow(
        id=document_id,
        case_id=seeded.case_id,
        kind="acceptance",
        document_no=f"no-{document_id}",
        template_version="1",
        issued_at=AT,
        facts="{}",
    )

    with database.write() as uow:
        apply_changes(uow, ChangeSet(documents=[row]))
        for content in (b"%PDF 1", b"%PDF 2"):
            keep_rendered(uow, document_id=document_id, content=content, sha256="0")

    with database.read() as connection:
        found = find_document(connection, case_id=seeded.case_id, document_id=document_id)
        assert find_document(connection, case_id=1, document_id=document_id) is None
    assert found is not None
    assert found.content == b"%PDF 1"


def test_same_file_of_the_same_owner_is_stored_once(database: Database) -> None:
    owner = new_id()

    def upload(owner_account_id: int) -> int:
        with database.write() as uow:
            return add_material(
                uow,
                NewMaterial(
                    id=new_id(),
                    sha256="f" * 64,
                    name="a.pdf",
                    mime="application/pdf",
                    size=3,
                    trust="C",
                    owner_account_id=owner_account_id,
                    uploaded_at=AT,
                    content=b"%PD",
                ),
            )

    first, again, foreign = upload(owner), upload(owner), upload(new_id())

    assert first == again != foreign
    with database.write() as uow:
        assert set(find_materials(uow, [first, foreign, 1])) == {first, foreign}
        assert read_material(uow.connection, first) == ("a.pdf", "application/pdf", b"%PD")


def test_worker_has_one_beat_and_the_newest_comes_first(own_database: Database) -> None:
    for worker, minute in (("w1", 0), ("w2", 1), ("w1", 2)):
        at = AT + timedelta(minutes=minute)
        beat = Beat(worker=worker, database_at=at, host_at=at, monotonic_ms=minute, boot_id="b")
        with own_database.write() as uow:
            save_beat(uow, beat)

    with own_database.read() as connection:
        assert [(row.worker, row.monotonic_ms) for row in list_beats(connection)] == [("w1", 2), ("w2", 1)]


def test_workers_that_come_back_together_record_one_outage(own_database: Database) -> None:
    recorded = []
    for minutes in (60, 61):
        with own_database.write() as uow:
            recorded.append(add_outage(uow, Gap(began_at=AT, ended_at=AT + timedelta(minutes=minutes))))

    assert recorded == [True, False]


def test_case_shows_what_blocks_its_approval_until_it_is_released(own_database_url: str) -> None:
    database = open_database(own_database_url, clock=FixedClock(AT))
    seeded, other = seed_case(database), seed_case(database)
    with database.write() as uow:
        add_outage(uow, Gap(began_at=AT, ended_at=AT + timedelta(hours=2)))
        uow.connection.execute(
            tables.closure.insert().values(
                id=new_id(), region_code="422800", began_at=AT, reason="storm", confirmed_at=AT
            )
        )
        uow.connection.execute(
            tables.hold.insert().values(
                id=new_id(),
                case_id=seeded.case_id,
                reason="fraud",
                text="",
                state="requested",
                requested_by="staff:1",
                requested_at=AT,
            )
        )

    assert blocks(database, seeded.case_id) == (True, True, True)
    assert blocks(database, other.case_id) == (False, True, True)
    with database.write() as uow:
        assert release_outages(uow, by="staff:9") == 1
        uow.connection.execute(tables.closure.update().values(released_at=AT))
        uow.connection.execute(tables.hold.update().values(ended_at=AT))
    assert blocks(database, seeded.case_id) == (False, False, False)
    database.close()


def blocks(database: Database, case_id: int) -> tuple[bool, bool, bool]:
    with database.write() as uow:
        loaded = load_case(uow, case_id)
    assert loaded is not None
    return is_holding(loaded.holds), bool(loaded.outages), loaded.has_closure


def test_daily_job_is_run_by_one_process(database: Database) -> None:
    won = []
    for worker in ("w1", "w2"):
        with database.write() as uow:
            won.append(begin_daily_run(uow, job="anchor", on=DAY, worker=worker))

    assert won == [True, False]
    with database.read() as connection:
        assert connection.scalar(sa.select(tables.job_run.c.worker)) == "w1"
