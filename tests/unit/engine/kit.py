"""Small BPMN texts in the executable form the normaliser gives, and a host that can save and load after every step."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import count, pairwise

from app.domain.decisions import DecisionModel
from app.domain.diagram import Normalised
from app.domain.moves import CloseMember, CompleteTask, Correlate, FailService, FinishService, FireDeadline, Move
from app.domain.snapshot import Decided, OpenMember, OpenService, OpenTask, OpenWait, Snapshot
from app.engine import codec, runner, snapshot
from app.engine.parser import Definition, parse

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lb="urn:lianban:bpmn:1"'
    ' id="d" targetNamespace="http://t">'
)
_flow_numbers = count(1)


def document(*parts: str) -> str:
    return HEAD + "".join(parts) + "</definitions>"


def process(body: str, process_id: str = "P") -> str:
    return f'<process id="{process_id}" isExecutable="true">{body}</process>'


def node(tag: str, node_id: str, inner: str = "", **attributes: str) -> str:
    text = "".join(f' {name.replace("__", ":")}="{value}"' for name, value in attributes.items())
    return f'<{tag} id="{node_id}"{text}>{inner}</{tag}>'


def start(node_id: str = "start") -> str:
    return node("startEvent", node_id)


def end(node_id: str = "end", inner: str = "") -> str:
    return node("endEvent", node_id, inner)


def user(node_id: str, inner: str = "", **attributes: str) -> str:
    return node("userTask", node_id, inner, **attributes)


def users(*node_ids: str) -> str:
    return "".join(user(node_id) for node_id in node_ids)


def ends(*node_ids: str) -> str:
    return "".join(end(node_id) for node_id in node_ids)


def service(node_id: str, operation: str = "work", **attributes: str) -> str:
    return node("serviceTask", node_id, lb__operation=operation, **attributes)


def gateway(kind: str, *node_ids: str, **attributes: str) -> str:
    return "".join(node(f"{kind}Gateway", node_id, **attributes) for node_id in node_ids)


def boundary(node_id: str, attached_to: str, trigger: str, *, interrupting: bool = True) -> str:
    return node(
        "boundaryEvent", node_id, trigger, attachedToRef=attached_to, cancelActivity="true" if interrupting else "false"
    )


def matter(node_id: str, code: str, inner: str = "") -> str:
    return node("callActivity", node_id, inner, calledElement=f"matter:{code}")


def flow(source: str, target: str, condition: str = "", flow_id: str = "") -> str:
    text = condition.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    inner = f"<conditionExpression>{text}</conditionExpression>" if condition else ""
    return node("sequenceFlow", flow_id or f"flow{next(_flow_numbers)}", inner, sourceRef=source, targetRef=target)


def chain(*node_ids: str) -> str:
    return "".join(flow(source, target) for source, target in pairwise(node_ids))


def timer(expression: str, kind: str = "timeDuration") -> str:
    return f"<timerEventDefinition><{kind}>{expression}</{kind}></timerEventDefinition>"


def message(name: str = "") -> str:
    return f'<messageEventDefinition messageRef="{name}"/>' if name else "<messageEventDefinition/>"


def condition(text: str) -> str:
    return f"<conditionalEventDefinition><condition>{text}</condition></conditionalEventDefinition>"


def trigger(kind: str, reference: str = "") -> str:
    return f'<{kind}EventDefinition {kind}Ref="{reference}"/>' if reference else f"<{kind}EventDefinition/>"


def instances(
    collection: str, *, item: str = "", outputs: str = "", output: str = "", until: str = "", sequential: bool = False
) -> str:
    tag = "loopCardinality" if collection.isdecimal() else "loopDataInputRef"
    return node(
        "multiInstanceLoopCharacteristics",
        "marker",
        f"<{tag}>{collection}</{tag}>"
        + (f"<loopDataOutputRef>{outputs}</loopDataOutputRef>" if outputs else "")
        + (f'<inputDataItem id="in" name="{item}"/>' if item else "")
        + (f'<outputDataItem id="out" name="{output}"/>' if output else "")
        + (f"<completionCondition>{until}</completionCondition>" if until else ""),
        isSequential="true" if sequential else "false",
    )


def normalised(body: str, *, around: Iterable[str] = (), origin: Mapping[str, str] | None = None) -> Normalised:
    xml = document(*around, process(body))
    return Normalised(xml=xml.encode(), processes=("P",), origin=origin or {})


def define(body: str, *, around: Iterable[str] = (), origin: Mapping[str, str] | None = None) -> Definition:
    return parse(normalised(body, around=around, origin=origin), key="k")


def chain_of(length: int) -> str:
    steps = [f"s{number}" for number in range(length)]
    return start() + users(*steps) + end() + chain("start", *steps, "end")


class Host:
    """Keeps one instance; with `is_saving` it is written and read again after every step."""

    def __init__(
        self,
        definition: Definition,
        variables: Mapping[str, object] | None = None,
        *,
        is_saving: bool = False,
        decisions: DecisionModel | None = None,
    ) -> None:
        self.definition, self.is_saving = definition, is_saving
        if decisions is not None:
            self.definition = replace(definition, decisions=decisions)
        self.decided: list[Decided] = []
        self._keep(runner.begin(self.definition, variables or {}))

    def _keep(self, instance: runner.Instance) -> None:
        self.now: Snapshot = snapshot.take(instance)
        self.decided.extend(runner.take_decided(instance))
        if self.is_saving:
            raw, variables = codec.dump(instance), codec.dump_variables(instance.variables)
            instance = codec.load(raw, codec.load_variables(variables), self.definition)
            thrown, self_now = self.now.thrown, snapshot.take(instance)
            assert self_now == Snapshot(
                open_tasks=self.now.open_tasks,
                waits=self.now.waits,
                members=self.now.members,
                services=self.now.services,
                ended=self.now.ended,
            ), thrown
        self.instance = instance

    def intervene(self, act: Callable[..., object], *what: object) -> object:
        """Do something to the instance that is no move, and look again; a refused act is looked at as well."""
        try:
            return act(self.instance, *what)
        finally:
            self._keep(self.instance)

    def apply(self, move: Move) -> "Host":
        runner.apply(self.instance, move)
        self._keep(self.instance)
        return self

    @property
    def variables(self) -> dict[str, object]:
        return self.instance.variables

    @property
    def open(self) -> list[str]:
        return [task.element for task in self.now.open_tasks]

    @property
    def armed(self) -> list[str]:
        return [wait.key for wait in self.now.waits]

    @property
    def ended(self) -> bool:
        return self.now.ended

    def task(self, element: str, **locals_: object) -> OpenTask:
        return next(
            task for task in self.now.open_tasks if task.element == element and locals_.items() <= task.locals.items()
        )

    def wait(self, key: str, **locals_: object) -> OpenWait:
        return next(wait for wait in self.now.waits if wait.key == key and locals_.items() <= wait.locals.items())

    def member(self, element: str) -> OpenMember:
        return next(member for member in self.now.members if member.element == element)

    def service(self, element: str) -> OpenService:
        return next(service for service in self.now.services if service.element == element)

    def done(self, *elements: str, outcome: str | None = None, **data: object) -> "Host":
        for element in elements:
            self.apply(CompleteTask(task_id=self.task(element).task_id, outcome=outcome, data=data))
        return self

    def apply_to(self, element: str, *, outcome: str | None = None, **values: object) -> "Host":
        """Complete the instance whose locals are among `values`; the other values are its data."""
        task = next(t for t in self.now.open_tasks if t.element == element and t.locals.items() <= values.items())
        data = {name: value for name, value in values.items() if name not in task.locals}
        return self.apply(CompleteTask(task_id=task.task_id, outcome=outcome, data=data))

    def fire(self, key: str, **locals_: object) -> "Host":
        return self.apply(FireDeadline(task_id=self.wait(key, **locals_).task_id, key=key))

    def tell(self, key: str, **data: object) -> "Host":
        return self.apply(Correlate(task_id=self.wait(key).task_id, key=key, data=data))

    def close(self, element: str, **result: object) -> "Host":
        return self.apply(CloseMember(task_id=self.member(element).task_id, result=result))

    def finish(self, element: str, **data: object) -> "Host":
        return self.apply(FinishService(task_id=self.service(element).task_id, data=data))

    def fail(self, element: str, code: str) -> "Host":
        return self.apply(FailService(task_id=self.service(element).task_id, error_code=code))

    @staticmethod
    def move_for(
        item: OpenTask | OpenWait | OpenMember | OpenService, data: Mapping[str, object], *, is_failing: bool = False
    ) -> Move:
        """Return the move that lets `item` happen."""
        match item:
            case OpenTask():
                return CompleteTask(task_id=item.task_id, outcome="done", data=data)
            case OpenMember():
                return CloseMember(task_id=item.task_id, result=data)
            case OpenWait(kind="deadline"):
                return FireDeadline(task_id=item.task_id, key=item.key)
            case OpenWait():
                return Correlate(task_id=item.task_id, key=item.key, data=data)
            case OpenService() if is_failing:
                return FailService(task_id=item.task_id, error_code="busy")
            case _:
                return FinishService(task_id=item.task_id, data=data)
