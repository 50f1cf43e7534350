"""The real server in processes of its own, and clients that talk HTTP to it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.settings import ROOT

LONGEST_START_S = 90.0
POLL_S = 0.05
OK = 200


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True, kw_only=True)
class Server:
    """Web and timer worker, started with the same command as in production; one group of processes."""

    url: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it and wait until it answers. Raises TimeoutError when it does not."""
        own = {"LIANBAN_VAR_DIR": str(self.folder), "DATABASE_URL": self.url, **self.environment}
        command = [sys.executable, "-m", "app.cli", "run", "--bind", f"127.0.0.1:{self.port}"]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **own}, stdout=log, stderr=log, start_new_session=True
            )
        give_up_at = time.monotonic() + LONGEST_START_S
        while time.monotonic() < give_up_at:
            if self.process.poll() is not None:
                break
            try:
                with closing(Client(self.port, "")) as probe:
                    if probe.get("/readyz")[0] == OK:
                        return
            except OSError:
                time.sleep(POLL_S)
        self.kill()
        raise TimeoutError(f"The server did not start, see {self.folder / 'server.log'}.")

    def kill(self) -> None:
        """Kill all its processes at once with SIGKILL."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@contextmanager
def served(url: str, folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Serve an installation until the end of the block. environment: what else the server is told."""
    server = Server(url=url, folder=folder, environment=environment or {})
    server.start()
    try:
        yield server
    finally:
        server.kill()


class Client:
    """One connection of a program with a bearer token; it stays open as long as the server lets it."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._token = token
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        """Give the connection up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, path: str) -> tuple[int, Any]:
        """Return status and body of a GET."""
        return self._send("GET", path, None, {})

    def post(self, path: str, body: object, *, key: str = "") -> tuple[int, Any]:
        """Return status and body of a POST, which a key makes repeatable. Raises OSError when no answer came."""
        return self._send("POST", path, body, {"Idempotency-Key": key} if key else {})

    def complete(
        self,
        task_id: int,
        outcome: str,
        *,
        key: str,
        version: int = 0,
        query: str = "",
        data: Mapping[str, object] | None = None,
    ) -> tuple[int, Any]:
        """Return status and body of a completion. Raises OSError when no answer came."""
        headers = {"If-Match": f'"{version}"', "Idempotency-Key": key}
        body = {"outcome": outcome, **({"data": data} if data else {})}
        return self._send("POST", f"/api/v1/tasks/{task_id}/completion{query}", body, headers)

    def _send(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> tuple[int, Any]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        sent = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **headers}
        try:
            self._connection.request(method, path, json.dumps(body) if body is not None else None, sent)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as broken:
            self.close()
            raise ConnectionError("no answer") from broken
        return answer.status, json.loads(content) if content.startswith((b"{", b"[")) else content
