import pytest

from app.domain.errors import InvalidInput
from app.domain.materials import (
    HandedInMaterial,
    accept_material,
    check_handed_in,
    detect_kind,
    detect_type,
    merge_requirements,
    missing_materials,
    require_materials,
)
from app.domain.matter import MaterialRequirement

PDF, JPG, PNG = b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"
LICENCE = MaterialRequirement(code="licence", name="Licence", formats=("pdf", "jpeg"), max_bytes=100, trust="B")
LEASE = MaterialRequirement(code="lease", name="Lease", is_required=False)
PHOTO = MaterialRequirement(code="photo", name="Photo")
ROWS = (LICENCE, LEASE, PHOTO)


@pytest.mark.parametrize(
    ("content", "kind", "media_type"),
    [
        (PDF, "pdf", "application/pdf"),
        (JPG, "jpg", "image/jpeg"),
        (PNG, "png", "image/png"),
        (b"<html>%PDF-", None, None),
        (b"MZ\x90", None, None),
        (b"PK\x03\x04", None, None),
        (b"%PD", None, None),
        (b"", None, None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, kind: str | None, media_type: str | None) -> None:
    assert (detect_kind(content), detect_type(content)) == (kind, media_type)


def test_only_required_rows_are_missing_in_the_order_of_the_list() -> None:
    assert missing_materials(ROWS, ()) == (LICENCE, PHOTO)
    assert missing_materials(ROWS, {"licence", "photo"}) == ()


def test_everything_missing_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        require_materials(ROWS, {"lease"})

    assert refused.value.code == "material_missing"
    assert [item["requirement"] for item in refused.value.items] == ["licence", "photo"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "material_empty"),
        (PDF + b"x" * 100, "material_too_large"),
        (PNG, "material_type"),
        (b"x", "material_type"),
    ],
)
def test_unfit_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(InvalidInput, match=code):
        accept_material(LICENCE, content=content, name="licence.pdf")


def test_fit_file_is_taken_under_either_name_of_its_kind() -> None:
    assert accept_material(LICENCE, content=JPG, name="x.exe") == "jpg"


def test_stored_files_are_checked_against_the_list() -> None:
    offered = [
        HandedInMaterial(requirement="licence", kind="pdf", size_bytes=10, trust="A"),
        HandedInMaterial(requirement="licence", kind="pdf", size_bytes=10, trust="C"),
        HandedInMaterial(requirement="licence", kind="png", size_bytes=10, trust="A"),
        HandedInMaterial(requirement="photo", kind="png", size_bytes=10**9),
        HandedInMaterial(requirement="photo", kind="png", size_bytes=0),
        HandedInMaterial(requirement="will", kind="pdf", size_bytes=10),
    ]

    with pytest.raises(InvalidInput) as refused:
        check_handed_in(ROWS, offered)

    assert [(item["pointer"], item["code"]) for item in refused.value.items] == [
        ("/materials/1", "material_trust"),
        ("/materials/2", "material_type"),
        ("/materials/3", "material_too_large"),
        ("/materials/4", "material_empty"),
        ("/materials/5", "material_unknown"),
    ]


def test_what_two_matters_ask_for_is_asked_once_by_the_stricter_row() -> None:
    other = MaterialRequirement(code="lease", name="Lease", copies=2, trust="A", formats=("pdf",), max_bytes=50)

    merged = merge_requirements([ROWS, [other]])

    assert [row.code for row in merged] == ["licence", "lease", "photo"]
    assert (merged[1].is_required, merged[1].copies, merged[1].trust) == (True, 2, "A")
    assert (merged[1].formats, merged[1].max_bytes) == (("pdf",), 50)
