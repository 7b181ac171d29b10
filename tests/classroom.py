"""A classroom server of its own and people in real browsers, for tests and benchmarks."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import TracebackType

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 60.0  # seconds a server may take to start, the rules compiled first


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """``ceasefire play`` on a free port of this machine."""

    def __init__(self, data: Path, *options: str, env: dict[str, str] | None = None) -> None:
        self.data, self.options, self.port = data, options, free_port()
        self.env = env or {}
        self.log = data.parent / f"{data.name}.log"
        self.start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        """Its log."""
        return self.log.read_text(errors="replace")

    @property
    def word(self) -> str:
        """The teacher's word of the last start."""
        found: list[str] = re.findall(r"Teacher's word.*: (\S+)", self.said)
        return found[-1] if found else ""

    @property
    def workers(self) -> set[int]:
        """Processes that it has started, and theirs."""
        parents: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
        found: set[int] = set()
        waiting = [self.process.pid]
        while waiting:
            children = parents.get(waiting.pop(), [])
            found.update(children)
            waiting += children
        return found

    def command(self, port: int) -> list[str]:
        """What starts it."""
        words = [sys.executable, "-m", "sim", "play", "--port", str(port)]
        return [*words, "--data", str(self.data), *self.options]

    def start(self) -> None:
        """Start it and wait until it answers."""
        plain = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
        self.process = subprocess.Popen(
            self.command(self.port), stdout=self.log.open("ab"), stderr=subprocess.STDOUT,
            start_new_session=True,
            env=plain | self.env,  # NiceGUI serves otherwise where it sees that a test is running
        )  # fmt: skip
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(self.url, timeout=2).read()
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"the classroom did not start: {self.log.read_text()[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and its workers, by default as a service manager would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        self.process.wait(timeout=30)

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.stop(signal.SIGKILL)
