"""Try a diagram of another system: read, rewrite, check, parse, and play at random."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from app.diagrams.check_diagram import check_diagram
from app.diagrams.reader import finding_of
from app.domain.diagram import Finding, Normalised
from app.domain.errors import DiagramRefused
from app.engine.parser import parse
from app.engine.walking import ENDED, load_dice, walk
from app.runtime.definitions import not_executable
from app.scenarios.beside import read_beside, read_file

NO_FILE = "not-a-file"
DRAFT, DEPLOYABLE, REFUSED = "draft", "deployable", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of one file.

    verdict: `deployable`, `draft` for what opens and has an error, `refused` for what does not open. walks: how walks
    ended -> how many, over all processes of the file. findings: by line, errors first.
    """

    file: str
    verdict: str
    walks: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def opens(self) -> bool:
        """It can be opened, edited and played."""
        return self.verdict != REFUSED

    @property
    def always_ends(self) -> bool:
        """Every walk reached the end."""
        return self.opens and set(self.walks) <= {ENDED}


def try_diagram(path: Path, *, file: str, walks: int) -> Trial:
    """Try the diagram at `path`, playing each of its processes `walks` times. file: its name in findings.

    Names of this system are not asked for. What it calls of other files is looked for beside it, by the ids of
    processes. Reads at most 2 MB a file, of regular files alone. Deterministic: equal folder, equal answer. Raises OSError
    when it cannot be read.
    """
    raw = read_file(path)
    if raw is None:
        return refused_trial(file, (Finding(severity="error", code=NO_FILE, file=file),))
    try:
        beside = read_beside(path, raw)
        normalised, findings = check_diagram(raw, file=file, published=None, beside=beside.names)
    except DiagramRefused as refused:
        return refused_trial(file, tuple(finding_of(item, file) for item in refused.items))
    try:
        played = _play(normalised, walks, beside.called)
    except DiagramRefused as refused:
        reason = not_executable(refused, file)
        return refused_trial(file, (*findings, reason))
    verdict = DEPLOYABLE if normalised.is_deployable else DRAFT
    return Trial(file=file, verdict=verdict, walks=dict(played), findings=findings)


def refused_trial(file: str, findings: tuple[Finding, ...]) -> Trial:
    """Return the answer about a file that does not open."""
    return Trial(file=file, verdict=REFUSED, walks={}, findings=findings)


def _play(normalised: Normalised, walks: int, called: Mapping[str, Normalised]) -> Counter[str]:
    played: Counter[str] = Counter()
    for process_id in normalised.processes:
        definition = parse(normalised, key="", process_id=process_id, called=called)
        random = Random(process_id)  # noqa: S311 - dice, no secret; equal files give equal walks
        load_dice(definition, random)
        played.update(walk(definition, random) for _ in range(walks))
    return played
