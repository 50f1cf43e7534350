"""A package may come from anybody: what an archive can do to who opens it is refused, and told by entry."""

import stat
import struct
import warnings
import zipfile

import pytest

from app.catalogue import package
from app.catalogue.package import MOST_ENTRIES, MOST_FILE_BYTES, kind_of, open_package
from tests.packing import packed, packed_entry

DIAGRAM, MATTER = "bpmn/patterns/quick/process.bpmn", "rules/matters/scjg/quick.toml"


def codes(raw: bytes) -> list[tuple[str, str]]:
    return [(item.code, item.file) for item in open_package(raw)[1]]


def test_files_are_read_by_path() -> None:
    files, findings = open_package(packed({"bpmn/": b"", DIAGRAM: b"<a/>", MATTER: 'name = "食品"'}))

    assert findings == ()
    assert files == {DIAGRAM: b"<a/>", MATTER: 'name = "食品"'.encode()}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (DIAGRAM, "diagram"),
        ("bpmn/themes/startup/process.bpmn", "diagram"),
        ("bpmn/patterns/quick/scenarios/in_time.toml", "scenario"),
        (MATTER, "matter"),
        ("rules/forms/apply_company.json", "form"),
        ("rules/decisions/site_visit.dmn", "decision"),
        ("rules/themes/startup/theme.toml", "theme"),
        ("rules/themes/startup/counties/422802.toml", "theme"),
        ("rules/themes/startup/scenarios/six_members.toml", "scenario"),
    ],
)
def test_each_kind_of_file_has_its_place(path: str, kind: str) -> None:
    assert kind_of(path) == kind
    assert codes(packed({path: b""})) == []


@pytest.mark.parametrize(
    "path",
    [
        "rules/time_limits.toml",
        "rules/demo_people.toml",
        "rules/messages/zh/errors.toml",
        "rules/calendars/CN/2027.toml",
        "rules/documents/receipt/template.typ",
        "rules/matters/scjg/quick.py",
        "bpmn/patterns/quick/other.bpmn",
        "app/settings.py",
        "__MACOSX/x",
        "readme.md",
    ],
)
def test_what_a_package_may_not_bring_is_refused(path: str) -> None:
    assert codes(packed({path: b"x"})) == [("package-file-kind", path)]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../rules/forms/a.json",
        "rules/forms/../../a.json",
        "rules//forms/a.json",
        "./rules/forms/a.json",
        "rules\\forms\\a.json",
        "C:/rules/forms/a.json",
        "rules/forms/a\x01.json",
        "rules/forms/表单.json",
        "rules/forms/" + "a" * 200 + ".json",
    ],
)
def test_path_that_leads_elsewhere_is_refused(path: str) -> None:
    assert [code for code, _file in codes(packed({path: b"x"}))] == ["package-path"]


def test_name_that_hides_behind_a_zero_byte_is_refused() -> None:
    raw = packed({"rules/forms/a.json!.exe": b"{}"}).replace(b"a.json!.exe", b"a.json\0.exe")

    assert [code for code, _file in codes(raw)] == ["package-path"]


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK, stat.S_IFDIR])
def test_links_and_special_files_are_refused(mode: int) -> None:
    assert codes(packed_entry("rules/forms/a.json", b"/etc/passwd", mode=mode | 0o777)) == [
        ("package-link", "rules/forms/a.json")
    ]


def test_encrypted_entries_and_other_packings_are_refused() -> None:
    plain = packed({"rules/forms/a.json": b"{}"})
    header = plain.index(b"PK\x01\x02") + 8
    locked = plain[:header] + struct.pack("<H", 1) + plain[header + 2 :]

    assert [code for code, _file in codes(locked)] == ["package-packing"]
    assert codes(packed_entry("rules/forms/a.json", method=zipfile.ZIP_LZMA)) == [
        ("package-packing", "rules/forms/a.json")
    ]


def test_file_that_stands_twice_is_refused() -> None:
    with warnings.catch_warnings(action="ignore"):
        raw = packed({"rules/forms/a.json": b"{}", "rules/forms/A.json": b"{}"})

    assert codes(raw) == [("package-twice", "rules/forms/A.json")]


def test_archive_that_bursts_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    long, much = b"a" * (MOST_FILE_BYTES + 1), b"\0" * 1_000_000

    assert codes(packed({"rules/forms/a.json": long})) == [("package-file-too-large", "rules/forms/a.json")]
    assert codes(packed({"rules/forms/a.json": much})) == [("package-ratio", "rules/forms/a.json")]
    monkeypatch.setattr(package, "MOST_BYTES", 10)
    assert codes(packed({"rules/forms/a.json": b"12345678", "rules/forms/b.json": b"12345678"})) == [
        ("package-too-large", "")
    ]


def test_size_an_entry_says_of_itself_is_not_believed() -> None:
    """The directory says one byte; the entry holds more than a file may have."""
    raw = bytearray(packed({"rules/forms/a.json": b"a" * (MOST_FILE_BYTES + 10)}))
    place = raw.index(b"PK\x01\x02") + 24
    raw[place : place + 4] = struct.pack("<I", 1)

    files, findings = open_package(bytes(raw))

    assert [item.code for item in findings] == ["package-unreadable"]
    assert sum(map(len, files.values())) <= MOST_FILE_BYTES


def test_too_many_entries_and_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = packed({f"rules/forms/f{number}.json": b"" for number in range(MOST_ENTRIES + 1)})

    assert codes(crowd) == [("package-too-many", "")]
    monkeypatch.setattr(package, "MOST_PACKED_BYTES", 100)
    assert codes(crowd) == [("package-too-large", "")]


@pytest.mark.parametrize("raw", [b"", b"no archive", packed({DIAGRAM: b"<a/>"})[:-30]])
def test_what_is_no_archive_is_told(raw: bytes) -> None:
    assert codes(raw) == [("package-unreadable", "")]


def test_archive_with_damaged_content_is_told() -> None:
    raw = packed_entry(DIAGRAM, b"<definitions/>", method=zipfile.ZIP_STORED).replace(
        b"<definitions/>", b"<definitionz/>"
    )

    assert codes(raw) == [("package-unreadable", DIAGRAM)]


def test_empty_archive_is_told() -> None:
    assert codes(packed({})) == [("package-empty", "")]


def test_rules_are_utf_8() -> None:
    (item,) = open_package(packed({MATTER: 'a = 1\nname = "餐饮服务"'.encode("gb18030")}))[1]

    assert (item.code, item.file, item.line) == ("package-encoding", MATTER, 2)


def test_every_fault_of_an_archive_is_told_at_once() -> None:
    found = codes(packed({"../a": b"", "b.txt": b"", MATTER: b"\xff"}))

    assert found == [("package-path", "../a"), ("package-file-kind", "b.txt"), ("package-encoding", MATTER)]
