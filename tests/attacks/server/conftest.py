"""A server to attack, and a test that fails if what was sent to it made it log a traceback."""

from __future__ import annotations

import asyncio
import inspect

import pytest
from classroom import Server

from .helpers import SECRET


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run tests that are coroutines."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A server for the tests of a module."""
    folder = tmp_path_factory.mktemp("attacked")
    with Server(folder / "data", env={"SECRET": SECRET}) as server:
        yield server


@pytest.fixture
def fresh(tmp_path):
    """A server for one test."""
    with Server(tmp_path / "data", env={"SECRET": SECRET}) as server:
        yield server


@pytest.fixture(autouse=True)
def no_traceback(request):
    """Whatever is sent to a server, it logs no traceback."""
    names = [name for name in ("shared", "fresh") if name in request.fixturenames]
    servers = [request.getfixturevalue(name) for name in names]
    yield
    for server in servers:
        assert "Traceback" not in server.said, server.said[-4000:]
