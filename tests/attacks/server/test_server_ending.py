"""However a server ends, nothing of it is left running."""

from __future__ import annotations

import signal
import time

import pytest
from classroom import Server

from .helpers import alive, gone

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("busy", [False, True])
def test_a_server_that_ends_leaves_no_worker_behind(tmp_path, how, busy):
    """Only the server itself is signalled; while its workers start, or when they wait for work.

    A worker that is still starting ends once it has started, which may take a while.
    """
    with Server(tmp_path / "data") as server:
        end = time.monotonic() + 30
        while not server.workers and time.monotonic() < end:
            time.sleep(0.05)
        if not busy:
            time.sleep(8)
        workers = server.workers
        assert alive(workers)
        server.process.send_signal(how)
        assert server.process.wait(timeout=20) is not None
        assert gone(workers, 60) == set()
        assert "Traceback" not in server.said
