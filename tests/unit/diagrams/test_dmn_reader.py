import tomllib
from collections.abc import Sequence
from html import escape
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import process_time

import pytest

from app.diagrams.dmn_file import MAX_BYTES, MAX_CHARACTERS, looks_like_dmn
from app.diagrams.dmn_reader import read_checked, read_decisions, read_dmn
from app.domain.decisions import DecisionTable
from app.domain.feel import FeelStopped

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
    "dmn-import": file('<import namespace="urn:b" locationURI="file:///etc/passwd" name="b"/>', literal("a", "1")),
    "dmn-too-much-text": file(table([f'- | - | "{place:0>1900}"' for place in range(MAX_CHARACTERS // 1900 + 1)])),
}
BESIDE = "dmn-id-elsewhere"


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
    assert set(checks) == {*FAULTY, BESIDE}


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


def test_decision_may_need_one_of_another_file() -> None:
    reading = read_decisions(
        {
            "a.dmn": file(literal("n", "count(limit)", requires="limit")),
            "b.dmn": file(table([ROW, "- | - | 3"], attributes='hitPolicy="COLLECT"')),
        }
    )

    assert reading.findings == ()
    assert reading.model is not None
    assert reading.model.decide("n", {"amount": 5}).value == 2
    assert [reading.model.decisions[key].file for key in ("n", "limit")] == ["a.dmn", "b.dmn"]


def test_files_share_no_id_and_form_no_circle() -> None:
    twice = read_decisions({"a.dmn": file(literal("n", "1")), "b.dmn": file(literal("n", "2"))})
    circle = read_decisions(
        {"a.dmn": file(literal("n", "m", requires="m")), "b.dmn": file(literal("m", "n", requires="n"))}
    )

    assert [(item.code, item.file, item.facts["other"]) for item in twice.findings] == [(BESIDE, "b.dmn", "a.dmn")]
    assert [(item.code, item.file) for item in circle.findings] == [("dmn-circle", "a.dmn"), ("dmn-circle", "b.dmn")]
    assert twice.model is circle.model is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<context/>", "dmn-body"),
        ("<invocation/>", "dmn-body"),
        (
            '<knowledgeRequirement><requiredKnowledge href="#f"/></knowledgeRequirement>'
            + cell("literalExpression", "1"),
            "dmn-knowledge-model",
        ),
        (cell("literalExpression", "function(x) x + 1"), "dmn-cell"),
        (cell("literalExpression", "for x in xs return x"), "dmn-cell"),
    ],
)
def test_functions_and_boxed_expressions_are_refused_with_their_place(body: str, code: str) -> None:
    reading = read_dmn(file(f'\n<decision id="a">{body}</decision>'), file="a.dmn")

    assert reading.model is None
    assert [(item.code, item.file, item.line, item.element) for item in reading.findings] == [(code, "a.dmn", 2, "a")]


def test_column_keeps_its_type_and_possible_values() -> None:
    raw = file(table([ROW])).replace(
        b"<input><inputExpression>",
        b'<input><inputValues><text>[0..9]</text></inputValues><inputExpression typeRef="number">',
        1,
    )

    reading = read_dmn(raw, file="a.dmn")

    assert reading.model is not None
    body = reading.model.decisions["limit"].body
    assert isinstance(body, DecisionTable)
    assert body.inputs[0].kind == "number"
    assert reading.model.decide("limit", {"amount": "5"}).value == 5


def test_document_is_known_by_its_namespace() -> None:
    assert all(looks_like_dmn(file(literal("a", "1"), namespace=namespace)) for namespace in NAMESPACES)
    assert not looks_like_dmn(b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>')


def hostile() -> dict[str, bytes]:
    """Files that want memory, time, or what lies beside them."""
    long = f'- | - | "{"x" * 1990}"'
    return {
        "50 MB": b"<definitions>" + b" " * 50_000_000,
        "entities": b"<!DOCTYPE d ["
        + b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 20))
        + b"]><definitions>&e19;</definitions>",
        "nesting": b"<definitions>" + b"<decision>" * 100_000,
        "brackets": file(literal("a", "(" * 1000 + ")" * 1000)),
        "power": file(literal("a", "9 ** 9 ** 9 ** 9 ** 9 ** 9 ** 9 ** 9 ** 9")),
        "rules": file(table(["- | - | 1"] * 5000)),
        "texts": file(table([long] * 400 + [f'- | - | "{n:x>1900}"' for n in range(600)])),
        "parts": file(*(literal(f"d{n}", f"{n}" + "+1" * 199) for n in range(2500))),
        "circle": file(*(literal(f"d{n}", "1", requires=f"d{(n + 1) % 8000}") for n in range(8000))),
        "dunder": file(literal("a", "().__class__.__mro__[1].__subclasses__()")),
    }


@pytest.mark.parametrize("name", hostile())
def test_hostile_file_is_refused_soon_and_in_little_memory(name: str) -> None:
    raw = hostile()[name]
    before, began = getrusage(RUSAGE_SELF).ru_maxrss, process_time()

    reading = read_checked({"a.dmn": raw})

    seconds, grown_kb = process_time() - began, getrusage(RUSAGE_SELF).ru_maxrss - before
    assert reading.model is None or name == "power"
    assert reading.findings or name == "power"
    # Half of it on a quiet machine.
    assert seconds < 2
    assert grown_kb < 200_000


def test_tower_of_powers_ends_when_it_is_asked() -> None:
    model = read_dmn(hostile()["power"], file="a.dmn").model

    assert model is not None
    with pytest.raises(FeelStopped, match="feel_too_large"):
        model.decide("a", {})
