"""Ids: never equal, from several threads, processes and rolled back transactions."""

import os
import threading

import pytest

from app.storage.database import Database
from app.storage.ids import COUNTER_BITS, IdSource, region_number
from tests.conftest import OpenDatabase

LICHUAN = "422802"


def take_and_fail(ids: IdSource, region: str) -> None:
    ids.next_id(region)
    raise RuntimeError("no")


def test_id_names_its_region(database: Database) -> None:
    ids = IdSource(database)

    regions = {
        region: ids.next_id(region) >> COUNTER_BITS for region in ("4228", "422800", "422801", "422802", "422828")
    }

    assert regions == {region: region_number(region) for region in regions}
    assert len(set(regions.values())) == 4
    assert max(ids.next_id(region) for region in regions) < 2**63


def test_ids_of_threads_and_processes_differ(database: Database, open_again: OpenDatabase) -> None:
    sources = [IdSource(database), IdSource(database), IdSource(open_again())]
    taken: list[int] = []

    def take(source: IdSource) -> None:
        taken.extend(source.next_id(LICHUAN) for _ in range(700))

    threads = [threading.Thread(target=take, args=(source,)) for source in sources for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(taken)) == 4_200


def test_ids_taken_inside_a_transaction_go_on_after_its_commit(database: Database) -> None:
    ids = IdSource(database)

    with database.write():
        first = ids.next_id(LICHUAN)

    assert ids.next_id(LICHUAN) == first + 1


def test_ids_of_a_rolled_back_transaction_meet_no_others(database: Database, open_again: OpenDatabase) -> None:
    ids, others = IdSource(database), IdSource(open_again())
    kept: list[int] = []

    with pytest.raises(RuntimeError, match="no"), database.write():
        take_and_fail(ids, LICHUAN)
    kept.extend(others.next_id(LICHUAN) for _ in range(3))
    kept.extend(ids.next_id(LICHUAN) for _ in range(3))

    assert len(set(kept)) == 6


def test_ids_of_a_savepoint_that_failed_meet_no_others(database: Database, open_again: OpenDatabase) -> None:
    ids, others = IdSource(database), IdSource(open_again())

    with database.write() as uow:
        with pytest.raises(RuntimeError, match="no"), uow.savepoint():
            take_and_fail(ids, "422825")
        kept = [ids.next_id("422825") for _ in range(3)]
    kept.extend(others.next_id("422825") for _ in range(3))
    kept.extend(ids.next_id("422825") for _ in range(3))

    assert len(set(kept)) == 9


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_forked_child_takes_a_block_of_its_own(database: Database) -> None:
    ids = IdSource(database)
    mine = {ids.next_id(LICHUAN)}
    reading, writing = os.pipe()

    child = os.fork()
    if child == 0:
        os.write(writing, ",".join(str(ids.next_id(LICHUAN)) for _ in range(3)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    of_child = {int(text) for text in os.read(reading, 1_000).split(b",")}
    os.close(reading)
    os.close(writing)
    mine |= {ids.next_id(LICHUAN) for _ in range(3)}

    assert len(of_child) == 3
    assert not mine & of_child
