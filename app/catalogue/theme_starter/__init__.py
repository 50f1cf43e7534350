"""Begin a theme (新增主题): a complete starter that passes the check and whose scenarios are green as they are."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

from app.catalogue.theme_checks import CODE
from app.domain.errors import Conflict, InvalidInput

TEMPLATES = Path(__file__).parent
NAME = re.compile(r"[^\"\\<>&$\x00-\x1f\x7f]{1,40}")
# A code of 31 characters: two letters of the level, six of the region, and these with one more for the member.
DIGITS = 22
MODULUS = 10**DIGITS
# Template -> where it goes, below the folder that holds `bpmn` and `rules`.
FILES: Mapping[str, str] = {
    "process.bpmn": "bpmn/themes/$code/process.bpmn",
    "theme.toml": "rules/themes/$code/theme.toml",
    "form.json": "rules/themes/$code/form.json",
    "guidance.dmn": "rules/themes/$code/guidance.dmn",
    "county.toml": "rules/themes/$code/counties/422802.toml",
    "scenarios/both_members.toml": "rules/themes/$code/scenarios/both_members.toml",
    "scenarios/first_member_alone.toml": "rules/themes/$code/scenarios/first_member_alone.toml",
    "scenarios/first_member_refused.toml": "rules/themes/$code/scenarios/first_member_refused.toml",
    "member_form.json": "rules/forms/apply_$code.json",
    "first.toml": "rules/matters/scjg/$code-first.toml",
    "second.toml": "rules/matters/ga/$code-second.toml",
}


def write_theme(root: Path, *, code: str, name: str = "") -> tuple[Path, ...]:
    """Write the files of a new theme below `root`, the folder that holds `bpmn` and `rules`. Returns their paths.

    name: of the theme, its code when empty.
    Raises InvalidInput `theme_code_refused`, `theme_name_refused`, Conflict `theme_exists` when one of the files, or a
    theme of that code, is there already; nothing is written then.
    """
    called = name.strip() or code
    if not CODE.fullmatch(code):
        raise InvalidInput("theme_code_refused", theme=code)
    if not NAME.fullmatch(called):
        raise InvalidInput("theme_name_refused", name=called)
    words = {"code": code, "name": called, "word": code.replace("-", "_"), "digits": _digits(code)}
    targets = {source: root / Template(target).substitute(words) for source, target in FILES.items()}
    taken = [root / "bpmn/themes" / code, root / "rules/themes" / code, *targets.values()]
    for path in taken:
        if path.exists():
            raise Conflict("theme_exists", theme=code, path=path.relative_to(root).as_posix())
    texts = {
        path: Template((TEMPLATES / source).read_text(encoding="utf-8")).substitute(words)
        for source, path in targets.items()
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tuple(targets.values())


def _digits(code: str) -> str:
    """Return digits that no other theme has: implementation codes must differ."""
    return f"{int.from_bytes(hashlib.sha256(code.encode()).digest()) % MODULUS:0{DIGITS}}"
