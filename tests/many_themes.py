"""Many themes in many counties, made from the shipped ones: each with matters of its own and an overlay in each county."""

import re
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from app.settings import ROOT

COUNTIES = ("422801", "422802", "422822", "422823", "422825", "422826", "422827", "422828")
FIRST = COUNTIES[0]
REGIONS = re.compile(r"^regions = .*$", re.MULTILINE)
IMPL_CODE = re.compile(r'^impl_code = ".*"$', re.MULTILINE)
CODE_DIGITS = 23
NO_SCENARIOS = shutil.ignore_patterns("scenarios", "demo_people.toml")


def write_many_themes(root: Path, *, count: int, counties: Sequence[str] = COUNTIES) -> tuple[str, ...]:
    """Lay out `bpmn` and `rules` in `root` with `count` themes in every county. Returns their codes."""
    for name in ("bpmn", "rules"):
        shutil.copytree(ROOT / name, root / name, ignore=NO_SCENARIOS)
    shutil.copy(ROOT / "rules/demo_people.toml", root / "rules")
    shipped = sorted(path.name for path in (root / "rules/themes").iterdir())
    _add_departments(root / "rules/departments.toml", counties)
    codes = tuple(_clone(root, shipped[number % len(shipped)], number, counties) for number in range(count))
    for code in shipped:
        shutil.rmtree(root / "rules/themes" / code)
        shutil.rmtree(root / "bpmn/themes" / code)
    return codes


def _add_departments(path: Path, counties: Sequence[str]) -> None:
    """Every county has the departments of the first one."""
    text = path.read_text(encoding="utf-8")
    known = {row["code"] for row in tomllib.loads(text)["department"]}
    rows = [row for row in tomllib.loads(text)["department"] if row["region"] == FIRST]
    added = [
        f'\n[[department]]\ncode = "{code}"\nname_zh = "{code} {row["name_zh"]}"\nname_en = "{code} {row["name_en"]}"\n'
        f'region = "{county}"\nkind = "{row["kind"]}"\nis_demo = true\n'
        for county in counties
        for row in rows
        if (code := row["code"].replace(FIRST, county)) not in known
    ]
    path.write_text(text + "".join(added), encoding="utf-8")


def _clone(root: Path, base: str, number: int, counties: Sequence[str]) -> str:
    """Copy a theme and its matters under names of their own. Returns its code."""
    code, rules = f"{base}-{number:02}", root / "rules"
    theme = tomllib.loads((rules / "themes" / base / "theme.toml").read_text(encoding="utf-8"))
    members = sorted((row["code"] for row in theme["member"]), key=len, reverse=True)
    listed = ", ".join(f'"{county}"' for county in counties)
    for folder in ("rules/themes", "bpmn/themes"):
        shutil.copytree(root / folder / base, root / folder / code, ignore=shutil.ignore_patterns("counties"))
        for path in (root / folder / code).iterdir():
            text = path.read_text(encoding="utf-8").replace(f'code = "{base}"', f'code = "{code}"')
            for member in members:
                text = re.sub(rf"(?<![\w-]){re.escape(member)}(?![\w-])", f"{member}-{number:02}", text)
            path.write_text(REGIONS.sub(f"regions = [{listed}]", text), encoding="utf-8")
    for path in [path for path in rules.glob("matters/*/*.toml") if path.stem in members]:
        own, text = f"{path.stem}-{number:02}", path.read_text(encoding="utf-8")
        digits = f"{int(sha256(own.encode()).hexdigest(), 16) % 10**CODE_DIGITS:0{CODE_DIGITS}}"
        text = text.replace(f'code = "{path.stem}"', f'code = "{own}"', 1)
        text = IMPL_CODE.sub(f'impl_code = "11{{region}}{digits}"', REGIONS.sub(f"regions = [{listed}]", text))
        path.with_name(f"{own}.toml").write_text(text, encoding="utf-8")
    for place, county in enumerate(counties):
        overlay = rules / "themes" / code / "counties" / f"{county}.toml"
        overlay.parent.mkdir(exist_ok=True)
        overlay.write_text("".join(_overlay(theme, number, place)), encoding="utf-8")
    return code


def _overlay(theme: dict[str, list[dict[str, object]]], number: int, place: int) -> Iterator[str]:
    """A county has its own desk, its own promise, and every other one leaves an optional member out."""
    yield f'place = "第 {place + 1} 县政务服务中心 {number} 号窗口"\npromised_limit = ""\n'
    optional = [row["code"] for row in theme["member"] if row.get("is_optional")]
    if optional and place % 2:
        yield f'\n[[member]]\ncode = "{optional[number % len(optional)]}-{number:02}"\nis_offered = false\n'
        yield 'reason = "本县尚未开通。"\n'
    yield f'\n[[member]]\ncode = "{theme["member"][0]["code"]}-{number:02}"\npromised_limit = "{1 + place % 3}WD"\n'
