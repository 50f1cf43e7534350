import tomllib
from collections.abc import Sequence
from html import escape
from pathlib import Path

import pytest

from app.diagrams.dmn_reader import MAX_BYTES, read_dmn

NAMESPACES = [
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
]
MESSAGES = Path(__file__).parents[3] / "rules" / "messages"


def cell(tag: str, text: str) -> str:
    return f"<{tag}><text>{escape(text, quote=False)}</text></{tag}>"


def table(
    rows: Sequence[str],
    *,
    attributes: str = "",
    inputs: tuple[str, ...] = ("amount", "kind"),
    outputs: str = '<output name="days"/>',
    extra: str = "",
    key: str = "limit",
) -> str:
    columns = "".join(f"<input>{cell('inputExpression', text)}</input>" for text in inputs)
    lines = ""
    for row in rows:
        cells = [part.strip() for part in row.split("|")]
        tests = "".join(cell("inputEntry", text) for text in cells[: len(inputs)])
        lines += f"\n<rule>{tests}{''.join(cell('outputEntry', text) for text in cells[len(inputs) :])}</rule>"
    body = f"<decisionTable {attributes}>{columns}{outputs}{lines}</decisionTable>"
    return f'\n<decision id="{key}" name="{key} name">{extra}{body}</decision>'


def literal(key: str, text: str, *, requires: str = "") -> str:
    needed = (
        f'<informationRequirement><requiredDecision href="#{requires}"/></informationRequirement>' if requires else ""
    )
    return f'<decision id="{key}" name="{key}">{needed}{cell("literalExpression", text)}</decision>'


def file(*decisions: str, namespace: str = NAMESPACES[2]) -> bytes:
    return f'<definitions xmlns="{namespace}" id="x">{"".join(decisions)}</definitions>'.encode()


ROW = "< 100 | - | 5"


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_version_of_the_format_is_read(namespace: str) -> None:
    reading = read_dmn(file(table([ROW]), namespace=namespace), file="a.dmn")

    assert reading.findings == ()
    assert reading.model is not None
    assert reading.model.decide("limit", {"amount": 5}).value == 5


def test_policy_aggregation_values_and_default_are_read() -> None:
    outputs = f'<output name="days">{cell("outputValues", "20, 5")}{cell("defaultOutputEntry", "1")}</output>'
    reading = read_dmn(
        file(table([ROW, "< 50 | - | 20"], attributes='hitPolicy="PRIORITY"', outputs=outputs)), file="a"
    )

    assert reading.model is not None
    assert reading.model.decide("limit", {"amount": 5}).value == 20
    assert reading.model.decide("limit", {"amount": 500}).value == 1


def test_decisions_of_one_file_may_need_each_other() -> None:
    reading = read_dmn(
        file(
            table([ROW, "- | - | 3"], attributes='hitPolicy="COLLECT"'), literal("n", "count(limit)", requires="limit")
        ),
        file="a.dmn",
    )

    assert reading.model is not None
    assert reading.model.decide("n", {"amount": 5}).value == 2


def test_rule_knows_its_number_and_line() -> None:
    reading = read_dmn(file(table([ROW, ROW, "[1..100 | - | 5"])), file="limits/a.dmn")

    (finding,) = reading.findings
    assert (finding.code, finding.file, finding.line, finding.element) == ("dmn-cell", "limits/a.dmn", 5, "limit")
    assert finding.facts["rule"] == "3"
    assert finding.facts["position"] == 7


FAULTY = {
    "dmn-unreadable": b"<definitions",
    "dmn-not-definitions": b"<other/>",
    "dmn-no-decision": file(),
    "dmn-id": file(literal("a", "1"), literal("a", "2")),
    "dmn-body": file('<decision id="a"/>'),
    "dmn-knowledge-model": file(literal("a", "1"), '<businessKnowledgeModel id="b"/>'),
    "dmn-hit-policy": file(table([ROW], attributes='hitPolicy="MOST"')),
    "dmn-aggregation": file(table([ROW], attributes='hitPolicy="FIRST" aggregation="SUM"')),
    "dmn-input": file(table([ROW], inputs=("amount", ""))),
    "dmn-outputs": file(table(["- | - | 1 | 2"], outputs='<output name="a"/><output name="a"/>')),
    "dmn-output-values": file(table([ROW], attributes='hitPolicy="OUTPUT ORDER"')),
    "dmn-rules": file(table([])),
    "dmn-cell-count": file(table(["- | 5"])),
    "dmn-cell": file(table(['- | - | __import__("os")'])),
    "dmn-language": file(
        '<decision id="a"><literalExpression expressionLanguage="python"><text>1</text></literalExpression></decision>'
    ),
    "dmn-requires-unknown": file(literal("a", "1", requires="b")),
    "dmn-circle": file(literal("a", "b", requires="b"), literal("b", "a", requires="a")),
    "dmn-too-large": b" " * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("code", FAULTY)
def test_faulty_file_gives_its_finding_and_no_model(code: str) -> None:
    reading = read_dmn(FAULTY[code], file="a.dmn")

    assert reading.model is None
    assert code in {finding.code for finding in reading.findings}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_finding_has_its_sentence_with_known_facts(language: str) -> None:
    checks = tomllib.loads((MESSAGES / language / "dmn.toml").read_text(encoding="utf-8"))["checks"]

    for code, raw in FAULTY.items():
        for finding in read_dmn(raw, file="a.dmn").findings:
            text = checks[finding.code]["message"].format(**finding.facts) + checks[finding.code]["remedy"]
            assert "{" not in text, code
    assert set(checks) == set(FAULTY)


@pytest.mark.parametrize(
    "raw",
    [
        b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><definitions>&a;</definitions>',
        b'<!DOCTYPE d [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;&a;">]><definitions>&c;</definitions>',
        b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><definitions/>',
    ],
)
def test_document_types_and_entities_are_refused(raw: bytes) -> None:
    reading = read_dmn(raw, file="a.dmn")

    assert reading.model is None
    assert {finding.code for finding in reading.findings} <= {"dmn-not-definitions", "dmn-unreadable"}


def test_all_faults_of_a_file_are_told() -> None:
    reading = read_dmn(file(table(["> | - | 5", "- | < | 5", "- | - | open(1)"])), file="a.dmn")

    assert [finding.facts["rule"] for finding in reading.findings] == ["1", "2", "3"]
