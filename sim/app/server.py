"""The server: where rooms are kept, which pages there are, and how it is started."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.config import ConfigError
from sim.paths import data_dir

TICK = 1.0  # seconds between looks at deadlines
EXPIRY = 600.0  # seconds between looks for rooms that nobody uses
PORTS = range(1, 65_536)
RECONNECT = 60.0  # seconds a page is kept for a browser whose connection is lost


@dataclass(frozen=True)
class Options:
    """What ``ceasefire play`` is told."""

    host: str
    port: int
    network: bool
    data: Path
    scenario: str
    seed: int
    results: Sequence[Path] = ()


def shipped() -> list[str]:
    """Names of the scenarios that can be chosen."""
    return sorted(path.stem for path in (data_dir("configs") / "scenario").glob("*.yaml"))


def check(options: Options) -> None:
    """Refuse what cannot be served, in a sentence, before anything is started."""
    if options.port not in PORTS:
        raise ConfigError(f"port is {options.port}; allowed are whole numbers from 1 to 65535")
    if options.scenario not in shipped():
        known = ", ".join(shipped())
        raise ConfigError(f"scenario is {options.scenario!r}; allowed are {known}")
    if not is_loopback(options.host) and not options.network:
        raise ConfigError(
            f"host is {options.host!r}, which others on the network can reach; "
            "add --network if that is meant"
        )
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((options.host, options.port))
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {options.host} port {options.port}: {error.strerror}; "
            "choose another with --port"
        ) from None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address(options: Options) -> str:
    """What people type to get here."""
    host = options.host
    if host in ("0.0.0.0", "::"):
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.connect(("192.0.2.1", 9))  # sends nothing; asks which address would be used
                host = str(probe.getsockname()[0])
        except OSError:
            host = socket.gethostname()
    return f"http://{host}:{options.port}"


def prepare(folder: Path) -> str:
    """Make the folder for rooms and sessions; return the secret that signs sessions."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        secret = folder / "secret"
        if not secret.exists():
            handle = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
        return secret.read_text().strip()
    except OSError as error:
        raise ConfigError(f"{folder} cannot be used to keep rooms: {error.strerror}") from None


def run(options: Options) -> None:
    """Serve until interrupted."""
    check(options)
    secret = prepare(options.data)
    from nicegui import app, run, ui
    from nicegui.storage import Storage

    from sim.app import pages, work
    from sim.app.pages import compare, debrief, explore, home, play, teach
    from sim.app.rooms import Rooms
    from sim.app.site import Site
    from sim.app.store import Store
    from sim.app.walk import compose

    del pages
    Storage.path = options.data.resolve() / "sessions"
    store = Store(options.data / "rooms.sqlite")
    rooms = Rooms(store)
    found = {path.name: path for path in options.results}
    site = Site(rooms, options.scenario, options.seed, address(options), shipped(), found)
    for page in (home, explore, play, teach, debrief, compare):
        page.register(site)
    setup = compose(options.scenario)
    tree = setup.stored()
    work.compile_first(setup.cell.scenario)  # not while a class waits

    async def warm() -> None:
        workers = range(os.cpu_count() or 1)
        await asyncio.gather(*(run.cpu_bound(work.warm, tree) for _ in workers))

    app.on_startup(warm)
    app.timer(TICK, rooms.tick)
    app.timer(EXPIRY, rooms.expire)
    app.on_shutdown(store.close)
    run.process_pool_start_method = "spawn"
    reach = "anybody on this network" if options.network else "this machine only"
    print(f"Serving {site.address} to {reach}; rooms are kept in {options.data}. Stop: Ctrl-C")
    ui.run(
        host=options.host,
        port=options.port,
        title="Ceasefire rounds",
        favicon="⚖",
        language="en-US",
        dark=None,
        reload=False,
        show=False,
        tailwind=False,
        storage_secret=secret,
        reconnect_timeout=RECONNECT,
        binding_refresh_interval=None,
        show_welcome_message=False,
    )
