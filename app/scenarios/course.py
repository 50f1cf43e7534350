"""Where the tokens of a world went: nodes and steps of each executable diagram."""

from app.engine.parser import Watch


class Course:
    """Collects what the engine tells. left: diagram id -> nodes left; taken: diagram id -> pairs of nodes."""

    def __init__(self) -> None:
        self.left: dict[int, set[str]] = {}
        self.taken: dict[int, set[tuple[str, str]]] = {}

    def watch(self, diagram_id: int) -> Watch:
        """Return who is told where the tokens of a diagram go."""

        def told(node: str, following: tuple[str, ...]) -> None:
            self.left.setdefault(diagram_id, set()).add(node)
            self.taken.setdefault(diagram_id, set()).update((node, target) for target in following)

        return told

    def copy(self) -> "Course":
        """Return what was collected so far."""
        kept = Course()
        kept.reset(self)
        return kept

    def reset(self, kept: "Course") -> None:
        """Go back to what was collected before."""
        self.left = {key: set(nodes) for key, nodes in kept.left.items()}
        self.taken = {key: set(pairs) for key, pairs in kept.taken.items()}
