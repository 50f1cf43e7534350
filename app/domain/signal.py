"""Signals (信号): what one case throws and every case in its scope hears that waits for it."""

from dataclasses import dataclass
from typing import Final

# How far a signal is heard: inside its case, in the joint case and its members, or in all cases of the county.
CASE, BUNDLE, REGION = "case", "bundle", "region"
SCOPES: Final = (CASE, BUNDLE, REGION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A signal as published in `rules/signals.toml`. scope: one of `SCOPES`."""

    name: str
    name_zh: str
    name_en: str
    scope: str

    @property
    def is_carried(self) -> bool:
        """Say whether other cases than the throwing one may hear it."""
        return self.scope != CASE
