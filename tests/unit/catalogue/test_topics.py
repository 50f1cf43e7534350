"""`rules/topics.toml`: read as it stands, every fault told with its place."""

from pathlib import Path

import pytest

from app.catalogue.topics import check_topics, read_topics

GOOD = """
[register]
name_zh = "登记"
name_en = "Register"
roles = ["integrator"]
gives = ["name"]
lease_s = 30

[register.returns]
status = { type = "text", required = true, values = ["open"] }
"""


def faults(folder: Path, text: str) -> list[tuple[object, object]]:
    (folder / "topics.toml").write_text(text, encoding="utf-8")
    found = list(check_topics(folder, frozenset({"integrator"})))
    assert {(item.code, item.file) for item in found} <= {("topic-malformed", "topics.toml")}
    return [(item.facts["place"], item.facts["value"]) for item in found]


def test_a_topic_is_read_with_its_defaults(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD) == []

    topic = read_topics(tmp_path)["register"]

    assert (topic.lease_s, topic.retries, topic.backoff_s, topic.gives) == (30, 3, 60, ("name",))
    assert topic.returns["status"].is_required
    assert topic.returns["status"].values == ("open",)


def test_an_installation_without_the_file_has_no_topic(tmp_path: Path) -> None:
    assert read_topics(tmp_path) == {}
    assert list(check_topics(tmp_path, frozenset())) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('name_en = "Register"', "", "name_en"),
        ('roles = ["integrator"]', "roles = []", "roles"),
        ('roles = ["integrator"]', 'roles = ["robot"]', "roles"),
        ('gives = ["name"]', 'gives = ["a name"]', "gives"),
        ('gives = ["name"]', 'gives = "name"', "gives"),
        ("lease_s = 30", "lease_s = 61", "lease_s"),
        ("lease_s = 30", "retries = 0", "retries"),
        ("lease_s = 30", "backoff_s = true", "backoff_s"),
        ("lease_s = 30", "secret = 1", "secret"),
        ("status = {", "answers = {", "returns"),
        ('type = "text"', 'type = "file"', "returns.status"),
        ('values = ["open"]', "values = [1]", "returns.status"),
        ('type = "text", required = true, values', 'type = "date", values', "returns.status"),
        ("required = true", 'required = "yes"', "returns.status"),
    ],
)
def test_every_fault_names_its_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    assert old in GOOD

    found = faults(tmp_path, GOOD.replace(old, new))

    assert [item[0] for item in found] == [place]
