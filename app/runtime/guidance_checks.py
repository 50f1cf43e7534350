"""Check the guidance of themes (情形引导): its table asks the theme's questions and names the theme's members."""

from collections.abc import Iterator, Mapping
from itertools import islice, product
from pathlib import Path

from app.catalogue.files import RuleFile, fault, read_toml
from app.catalogue.themes import GUIDANCE_FILE, THEME_FILE
from app.diagrams.dmn_reader import read_checked
from app.domain.decisions import Decision, DecisionFault, DecisionModel, DecisionTable, Rule
from app.domain.diagram import Finding
from app.domain.errors import InvalidInput
from app.domain.feel import FeelStopped
from app.domain.theme import Question, ThemeVersion, choose_members

MEMBERS = "members"
MOST_SITUATIONS = 2000


def check_guidance(rules_dir: Path, theme: ThemeVersion) -> Iterator[Finding]:
    """Return what is wrong between a theme and its table; what is wrong inside a decision file is found elsewhere.

    Not more than the first 2,000 situations are tried.
    """
    file = read_toml(rules_dir, rules_dir / "themes" / theme.code / THEME_FILE)
    path = rules_dir / "themes" / theme.code / GUIDANCE_FILE
    name = path.relative_to(rules_dir).as_posix()
    if not path.is_file():
        yield from _check_asked(file, theme, set())
        yield from _check_situations(file, theme, None)
        return
    model = read_checked({name: path.read_bytes()}).model
    if model is None:
        return
    decision = model.decisions.get(MEMBERS)
    if decision is None or not isinstance(decision.body, DecisionTable):
        if model.decisions:
            yield Finding(severity="error", code="guidance-decision", file=name, line=1)
        return
    table = decision.body
    asked = {input_.expression.text.strip() for input_ in table.inputs}
    yield from _check_questions(decision, theme, asked)
    yield from _check_asked(file, theme, asked)
    for rule in table.rules:
        yield from _check_rule(decision, table, rule, theme)
    yield from _check_situations(file, theme, model)


def _check_questions(decision: Decision, theme: ThemeVersion, asked: set[str]) -> Iterator[Finding]:
    for name in sorted(asked - {question.key for question in theme.questions}):
        yield _at(decision, decision.line, "guidance-question", question=name)


def _check_asked(file: RuleFile, theme: ThemeVersion, asked: set[str]) -> Iterator[Finding]:
    """A question whose answer changes nothing is not asked."""
    read = {name for member in theme.members if member.when for name in (*member.when.names, *member.when.paths)}
    for number, question in enumerate(theme.questions):
        if question.key not in asked and not read & {question.key, f"guidance.{question.key}"}:
            yield fault("guidance-question-unused", file, at=f"/question/{number}/key", question=question.key)


def _check_rule(decision: Decision, table: DecisionTable, rule: Rule, theme: ThemeVersion) -> Iterator[Finding]:
    questions = {question.key: question for question in theme.questions}
    for column, test in zip(table.inputs, rule.tests, strict=True):
        question = questions.get(column.expression.text.strip())
        if question is not None and not any(_holds(test, value) for value in question.values):
            known = ", ".join(question.values)
            facts = {"question": question.key, "known": known, "rule": rule.number}
            yield _at(decision, rule.line, "guidance-answer", **facts)
    codes = {member.matter_code for member in theme.members}
    for output in rule.outputs:
        named = output({})
        for code in named if isinstance(named, list) else [named]:
            if code not in codes:
                yield _at(decision, rule.line, "guidance-member", member=str(code), rule=rule.number)


def _check_situations(file: RuleFile, theme: ThemeVersion, model: DecisionModel | None) -> Iterator[Finding]:
    """Whatever is answered, some member applies, and each optional one applies to somebody."""
    reached = set[str]()
    situations = list(islice(_situations(theme.questions), MOST_SITUATIONS))
    for answers in situations:
        try:
            chosen = choose_members(theme, _decided(model, answers), answers)
        except (InvalidInput, DecisionFault, FeelStopped):
            return
        reached.update(chosen)
        if not chosen:
            told = ", ".join(f"{key}={value}" for key, value in answers.items())
            yield fault("guidance-nobody", file, at="/member", answers=told or "-")
            return
    for number, member in enumerate(theme.members):
        if member.matter_code not in reached and len(situations) < MOST_SITUATIONS:
            yield fault("guidance-never", file, at=f"/member/{number}/code", member=member.matter_code)


def _situations(questions: tuple[Question, ...]) -> Iterator[Mapping[str, str]]:
    for values in product(*(question.values for question in questions)):
        yield {question.key: value for question, value in zip(questions, values, strict=True)}


def _decided(model: DecisionModel | None, answers: Mapping[str, str]) -> tuple[str, ...]:
    value = model.decide(MEMBERS, answers).value if model else ()
    return tuple(str(item) for item in (value if isinstance(value, list | tuple) else [value]) if item)


def _holds(test: object, value: str) -> bool:
    try:
        return callable(test) and test(value, {}) is True
    except FeelStopped:
        return False


def _at(decision: Decision, line: int, code: str, **facts: object) -> Finding:
    return Finding(severity="error", code=code, file=decision.file, line=line, element=decision.id, facts=facts)
