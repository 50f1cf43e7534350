"""Ids of rows: 10 bits of a region, 53 bits of a counter; taken in blocks, so that an insert needs no round trip."""

import os
import threading

from app.storage import dialects
from app.storage.database import Database
from app.storage.unit_of_work import IdBlock, UnitOfWork

COUNTER_BITS = 53
HALF_MASK = 0b11111


def region_number(region_code: str) -> int:
    """Return the number of a region inside ids: 5 bits of the prefecture, 5 of the county (0: the prefecture itself).

    region_code: `422801`, or longer; `4228` and `422800` are the prefecture. Two regions of one database with the same
    number share a counter, which keeps their ids apart all the same.
    """
    prefecture, county = region_code[2:4], region_code[4:6]
    return (int(prefecture or 0) & HALF_MASK) << 5 | (int(county or 0) & HALF_MASK)


class IdSource:
    """Gives ids, from blocks of 1,000 a process keeps in memory. What is left at its end is lost, which is harmless."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._blocks: dict[int, IdBlock] = {}
        self._lock = threading.Lock()
        self._owner = os.getpid()

    def next_id(self, region_code: str) -> int:
        """Return an id that no other row of any table has. region_code: of the region that decides the case."""
        number = region_number(region_code)
        counter = self._kept(number)
        if counter is None:
            counter = self._from_new_block(number)
        return number << COUNTER_BITS | counter

    def _kept(self, number: int) -> int | None:
        with self._lock:
            if self._owner != os.getpid():
                # A forked child would hand out the same ids as its parent.
                self._blocks.clear()
                self._owner = os.getpid()
            return _take(self._blocks.get(number))

    def _from_new_block(self, number: int) -> int:
        uow = self._database.current
        if uow is None:
            with self._database.write() as own:
                block = self._block(own, number)
            return self._keep_and_take(number, block)
        if dialects.is_postgresql(uow.connection):
            return self._keep_and_take(number, self._block(uow, number))
        return self._inside(uow, number)

    def _inside(self, uow: UnitOfWork, number: int) -> int:
        """Take from a block of an open transaction of SQLite; the process keeps the rest after its commit."""
        counter = _take(uow.id_blocks.get(number))
        if counter is not None:
            return counter
        block = self._block(uow, number)
        uow.id_blocks[number] = block

        def keep() -> None:
            if uow.id_blocks.get(number) is block:
                with self._lock:
                    self._blocks[number] = block

        uow.after_commit(keep)
        counter = _take(block)
        assert counter is not None
        return counter

    def _keep_and_take(self, number: int, block: IdBlock) -> int:
        counter = _take(block)
        assert counter is not None
        with self._lock:
            self._blocks[number] = block
        return counter

    def _block(self, uow: UnitOfWork, number: int) -> IdBlock:
        start = dialects.take_id_block(uow.connection, number)
        if start is None:
            start = self._first_block(number)
        return IdBlock(start, start + dialects.ID_BLOCK_SIZE)

    def _first_block(self, number: int) -> int:
        """Make the sequence in a transaction of its own: were the caller's rolled back, its ids would come again."""
        with self._database.engine.begin() as connection:
            dialects.create_id_sequence(connection, number)
            start = dialects.take_id_block(connection, number)
        assert start is not None
        return start


def _take(block: IdBlock | None) -> int | None:
    if block is None or block.following >= block.end:
        return None
    counter = block.following
    block.following += 1
    return counter
