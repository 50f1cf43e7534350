"""The command line: `flask --app wsgi ...`, also `python -m app.cli ...`."""

from flask import Flask

from app.cli import content, setting_up, tables, upkeep
from app.cli.group import cli

__all__ = ["cli", "content", "register_commands", "setting_up", "tables", "upkeep"]


def register_commands(app: Flask) -> None:
    """Offer the same commands under `flask --app wsgi`; `run` stays Flask's own there."""
    for name, command in cli.commands.items():
        if name != "run":
            app.cli.add_command(command)
