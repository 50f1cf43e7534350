"""Commands before an installation is set up: they say what to do instead of breaking down."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import cli


@pytest.mark.parametrize(
    "command", [["token", "admin.es"], ["deploy"], ["verify-audit"], ["clock", "confirm", "--reason", "x"]]
)
def test_a_command_without_a_database_says_to_set_up_first(command: list[str], tmp_path: Path) -> None:
    done = CliRunner().invoke(
        cli, command, env={"LIANBAN_VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/x"}
    )

    assert done.exit_code == 1
    assert "app.cli init" in done.stderr
