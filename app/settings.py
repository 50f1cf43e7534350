"""Settings of one process, frozen; the only reader of the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are and what this installation allows. Instants and limits of the law live in `rules/`, not here."""

    database_url: str
    secret_key: str
    var_dir: Path
    bpmn_dir: Path = ROOT / "bpmn"
    rules_dir: Path = ROOT / "rules"
    seals_dir: Path = ROOT / "rules" / "seals"
    static_dist_dir: Path = ROOT / "app" / "web" / "static" / "dist"
    notice_channel: str = "console"
    max_upload_bytes: int = 20 * 1024 * 1024
    session_hours: int = 10
    secure_cookies: bool = False
    metrics_dir: Path | None = None
    metrics_token: str = ""
    public_requests_per_minute: int = 30
    sign_in_requests_per_minute: int = 10


def read_settings(environment: dict[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    environment: names and values; default the process's own. Secrets come from here and from nowhere else:
    without LIANBAN_SECRET_KEY a key is made once and kept in `var/`, readable by its owner alone.
    """
    values = dict(os.environ) if environment is None else environment
    metrics_dir = values.get("PROMETHEUS_MULTIPROC_DIR")
    var_dir = Path(values.get("LIANBAN_VAR_DIR", str(ROOT / "var")))
    content_dir = Path(values.get("LIANBAN_CONTENT_DIR", str(ROOT)))
    return Settings(
        database_url=values.get("DATABASE_URL", f"sqlite:///{var_dir / 'lianban.sqlite'}"),
        secret_key=values.get("LIANBAN_SECRET_KEY") or _kept_secret(var_dir / "secret_key"),
        var_dir=var_dir,
        bpmn_dir=content_dir / "bpmn",
        rules_dir=content_dir / "rules",
        seals_dir=Path(values.get("LIANBAN_SEALS_DIR", str(content_dir / "rules" / "seals"))),
        notice_channel=values.get("LIANBAN_NOTICE_CHANNEL", "console"),
        secure_cookies=values.get("LIANBAN_SECURE_COOKIES", "") == "1",
        metrics_dir=Path(metrics_dir) if metrics_dir else None,
        metrics_token=values.get("LIANBAN_METRICS_TOKEN", ""),
        public_requests_per_minute=int(values.get("LIANBAN_PUBLIC_PER_MINUTE", "30")),
        sign_in_requests_per_minute=int(values.get("LIANBAN_SIGN_IN_PER_MINUTE", "10")),
    )


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(os.urandom(32).hex())
    return path.read_text(encoding="ascii")
