"""The WSGI entry point: `gunicorn wsgi:application`, `flask --app wsgi ...`."""

from app.cli import register_commands
from app.factory import create_app
from app.telemetry.collector import keep_for_good
from app.telemetry.logs import configure_logs

configure_logs()
application = create_app()
register_commands(application)
keep_for_good()
