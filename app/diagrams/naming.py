"""What elements of a diagram are called, without opening more of it than their names."""

from app.diagrams.reader import read


def names_of_elements(raw: bytes) -> dict[str, str]:
    """Return the names of the elements of a diagram that have one, by id. Raises DiagramRefused for what is none."""
    root = read(raw, file="diagram.bpmn").root
    return {str(node.get("id")): str(node.get("name")) for node in root.iter() if node.get("id") and node.get("name")}
