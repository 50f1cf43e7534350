"""Read the decisions of one DMN file, version 1.1 to 1.5, whatever its namespace, into `domain/decisions` values.

Every cell is compiled here, so a deployed table cannot fail on its syntax. All faults are reported, each with its line.
Nothing outside the file is opened: no document type, no entities, no imports, no network.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from lxml import etree

from app.domain.decisions import (
    RANKED,
    Aggregator,
    Decision,
    DecisionTable,
    HitPolicy,
    Input,
    Output,
    Rule,
    build_table,
)
from app.domain.diagram import Finding
from app.domain.feel import Expression, FeelRefused, FeelStopped, UnaryTests

MAX_BYTES = 2 * 1024 * 1024
MAX_RULES = 2000
MAX_CHARACTERS = 150_000
DMN_NAMESPACE, BEGINNING = b"omg.org/spec/DMN/", 4096
SHOWN = 200
_FEEL_LANGUAGES = ("", "feel", "unary", "unarytests")
# What a decision may hold besides its expression.
_NO_BODIES = frozenset(
    {
        "description",
        "question",
        "allowedAnswers",
        "variable",
        "informationRequirement",
        "knowledgeRequirement",
        "authorityRequirement",
        "extensionElements",
    }
)

Compiled = TypeVar("Compiled", Expression, UnaryTests)
Node = etree._Element  # noqa: SLF001 - lxml gives its element type no public name


def looks_like_dmn(raw: bytes) -> bool:
    """Say whether a document is meant as a decision file, by the namespace it names near its beginning."""
    return DMN_NAMESPACE in raw[:BEGINNING]


class DmnFile:
    """Reads one file. findings: every fault of it, filled by `read`."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self._compiled_texts: dict[tuple[type, str], Expression | UnaryTests] = {}
        self._characters = 0

    def read(self, raw: bytes) -> dict[str, Decision]:
        """Return the decisions that could be read, by id."""
        root = self.parse(raw)
        return self._decisions(root) if root is not None else {}

    def parse(self, raw: bytes) -> Node | None:
        """Return the root of the document; None, with a finding, when it is no decision file that can be opened."""
        if len(raw) > MAX_BYTES:
            self._find("dmn-too-large", most=MAX_BYTES)
            return None
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(raw, parser)
        except etree.XMLSyntaxError as error:
            self._find("dmn-unreadable", line=error.lineno or 0)
            return None
        if root.getroottree().docinfo.internalDTD is not None or _local(root) != "definitions":
            self._find("dmn-not-definitions", root)
            return None
        return root

    def _decisions(self, root: Node) -> dict[str, Decision]:
        for model in (*children(root, "businessKnowledgeModel"), *children(root, "decisionService")):
            self._find("dmn-knowledge-model", model)
        for element in children(root, "import"):
            self._find("dmn-import", element, name=element.get("name") or element.get("namespace") or "-")
        found: dict[str, Decision] = {}
        seen: set[str] = set()
        for element in children(root, "decision"):
            key = element.get("id", "")
            if not key or key in seen:
                self._find("dmn-id", element, id=key)
                continue
            seen.add(key)
            body = self._body(element)
            if body is not None:
                found[key] = Decision(
                    id=key,
                    name=element.get("name") or key,
                    body=body,
                    requires=tuple(_required(element)),
                    file=self.file,
                    line=_line(element),
                )
        if not children(root, "decision"):
            self._find("dmn-no-decision", root)
        return found

    # ------------------------------------------------------------ bodies
    def _body(self, element: Node) -> DecisionTable | Expression | None:
        table, literal = _child(element, "decisionTable"), _child(element, "literalExpression")
        for needed in children(element, "knowledgeRequirement"):
            self._find("dmn-knowledge-model", needed)
        if table is not None:
            return self._table(table, element.get("name", "") or element.get("id", ""))
        if literal is not None:
            return self._compiled(literal, Expression, text_of(literal))
        body = next(
            (child for child in element if isinstance(child.tag, str) and _local(child) not in _NO_BODIES), None
        )
        self._find("dmn-body", element if body is None else body, found="-" if body is None else _local(body))
        return None

    def _table(self, table: Node, name: str) -> DecisionTable | None:
        before = len(self.findings)
        policy, aggregator = self._policy(table)
        inputs = [self._input(column, place) for place, column in enumerate(children(table, "input"), 1)]
        outputs = self._outputs(table, name)
        rules = self._rules(table, len(inputs), len(outputs))
        if policy in RANKED and not any(output.allowed for output in outputs):
            self._find("dmn-output-values", table, policy=policy)
        if aggregator is not Aggregator.LIST and len(outputs) > 1:
            self._find("dmn-aggregation", table, aggregation=aggregator)
        if len(self.findings) > before:
            return None
        known = [item for item in inputs if item is not None]
        return build_table(policy=policy, aggregator=aggregator, inputs=known, outputs=outputs, rules=rules)

    def _policy(self, table: Node) -> tuple[HitPolicy, Aggregator]:
        policy, aggregation = table.get("hitPolicy", HitPolicy.UNIQUE), table.get("aggregation", "")
        if policy not in list(HitPolicy):
            self._find("dmn-hit-policy", table, policy=policy)
            policy = HitPolicy.UNIQUE
        if aggregation not in list(Aggregator) or (aggregation and policy != HitPolicy.COLLECT):
            self._find("dmn-aggregation", table, aggregation=aggregation)
            aggregation = ""
        return HitPolicy(policy), Aggregator(aggregation)

    def _input(self, column: Node, place: int) -> Input | None:
        asked, values = _child(column, "inputExpression"), _child(column, "inputValues")
        text = text_of(asked) if asked is not None else ""
        if asked is None or not text:
            self._find("dmn-input", column, place=place)
            return None
        expression = self._compiled(asked, Expression, text)
        written = text_of(values) if values is not None else ""
        allowed = self._compiled(values, UnaryTests, written) if values is not None and written else None
        if expression is None:
            return None
        return Input(expression=expression, kind=asked.get("typeRef") or "", allowed=allowed)

    def _outputs(self, table: Node, name: str) -> list[Output]:
        columns = children(table, "output")
        names = [column.get("name", "") or (name if len(columns) == 1 else "") for column in columns]
        if not columns or "" in names or len(set(names)) < len(names):
            self._find("dmn-outputs", table)
        return [
            Output(name=name, allowed=self._allowed(column), default=self._default(column))
            for name, column in zip(names, columns, strict=True)
        ]

    def _allowed(self, column: Node) -> tuple[object, ...]:
        values = _child(column, "outputValues")
        text = text_of(values) if values is not None else ""
        if values is None or not text:
            return ()
        written = self._compiled(values, Expression, f"[{text}]")
        try:
            found = written({}) if written is not None else []
        except FeelStopped:
            self._find("dmn-cell", values, text=text, rule="-", position=0, found="", reason="feel_step_limit")
            found = []
        return tuple(found) if isinstance(found, list) else ()

    def _default(self, column: Node) -> Expression | None:
        entry = _child(column, "defaultOutputEntry")
        text = text_of(entry) if entry is not None else ""
        return self._compiled(entry, Expression, text) if entry is not None and text else None

    def _rules(self, table: Node, input_count: int, output_count: int) -> list[Rule]:
        rows = children(table, "rule")
        if not rows or len(rows) > MAX_RULES:
            self._find("dmn-rules", table, count=len(rows), most=MAX_RULES)
            return []
        found = (self._rule(row, number, input_count, output_count) for number, row in enumerate(rows, 1))
        return [rule for rule in found if rule is not None]

    def _rule(self, row: Node, number: int, input_count: int, output_count: int) -> Rule | None:
        cells, results = children(row, "inputEntry"), children(row, "outputEntry")
        if len(cells) != input_count or len(results) != output_count:
            self._find("dmn-cell-count", row, rule=number)
            return None
        tests: list[UnaryTests | None] = [
            self._compiled(cell, UnaryTests, text_of(cell), str(number)) for cell in cells
        ]
        outputs = [self._compiled(cell, Expression, text_of(cell) or "null", str(number)) for cell in results]
        known_tests = tuple(test for test in tests if test is not None)
        known_outputs = tuple(output for output in outputs if output is not None)
        if len(known_tests) < input_count or len(known_outputs) < output_count:
            return None
        return Rule(number=number, tests=known_tests, outputs=known_outputs, line=_line(row))

    # ------------------------------------------------------------ cells and findings
    def _compiled(self, cell: Node, kind: type[Compiled], text: str, rule: str = "-") -> Compiled | None:
        language = cell.get("expressionLanguage", "").rstrip("/").rsplit("/", 1)[-1].lower()
        if language not in _FEEL_LANGUAGES:
            self._find("dmn-language", cell, written=language)
            return None
        known = self._compiled_texts.get((kind, text))
        if isinstance(known, kind):
            return known
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS:
            if all(finding.code != "dmn-too-much-text" for finding in self.findings):
                self._find("dmn-too-much-text", cell, most=MAX_CHARACTERS)
            return None
        try:
            compiled = kind(text)
        except FeelRefused as refused:
            found = refused.facts.get("found", "")
            self._find(
                "dmn-cell",
                cell,
                text=text[:SHOWN],
                rule=rule,
                position=refused.position,
                found=found,
                reason=refused.code,
            )
            return None
        self._compiled_texts[kind, text] = compiled
        return compiled

    def _find(self, code: str, element: Node | None = None, *, line: int = 0, **facts: object) -> None:
        owner = _owner(element)
        self.findings.append(
            Finding(
                severity="error",
                code=code,
                file=self.file,
                line=line or (_line(element) if element is not None else 0),
                element=owner.get("id", "") if owner is not None else "",
                name=owner.get("name", "") if owner is not None else "",
                facts=facts,
            )
        )


def _required(element: Node) -> Iterator[str]:
    for requirement in children(element, "informationRequirement"):
        for reference in children(requirement, "requiredDecision"):
            yield reference.get("href", "").rpartition("#")[2]


def _owner(element: Node | None) -> Node | None:
    """The decision an element stands in, which is what the author can find."""
    while element is not None and _local(element) not in ("decision", "businessKnowledgeModel", "decisionService"):
        element = element.getparent()
    return element


def _local(element: Node) -> str:
    return etree.QName(element).localname


def _line(element: Node) -> int:
    # A parsed element always has a line; the type stubs say something else.
    return int(str(element.sourceline))


def children(element: Node, name: str) -> Sequence[Node]:
    """Return the elements directly inside another one that have a tag, whatever their namespace."""
    return [child for child in element if isinstance(child.tag, str) and _local(child) == name]


def _child(element: Node, name: str) -> Node | None:
    return next(iter(children(element, name)), None)


def text_of(element: Node) -> str:
    """Return what is written in the `text` of an element, empty when it has none."""
    text = _child(element, "text")
    return "".join(str(part) for part in text.itertext()).strip() if text is not None else ""
