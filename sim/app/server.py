"""The server: its settings, where rooms are kept, which pages there are, and how it starts."""

from __future__ import annotations

import fcntl
import ipaddress
import os
import shutil
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from sim.app.boundary import LARGEST, Boundary, Names
from sim.app.choices import WALK, Wanted, compose, lock_down, shipped
from sim.app.keys import new_code, shown_code
from sim.config import ConfigError

TICK = 1.0  # seconds between looks at deadlines, and at the file of the rooms
FOLLOWED = 0.3  # seconds between looks for games whose odds can be followed
EXPIRY = 300.0  # seconds between looks for rooms that nobody uses
PORTS = range(1, 65_536)
RECONNECT = 60.0  # seconds a page is kept for a browser whose connection is lost
TABS_KEPT = 3_600.0  # seconds that NiceGUI keeps what belongs to a browser's tab
MOST_CONNECTIONS = 800  # at once; a process may usually have 1,024 files open
LONGEST_HEAD = 32 * 1024  # bytes of a request's line and headers
PATIENCE = 5  # seconds that open connections are given when the server is stopped
OURS = ("rooms", "lock", "sessions", "secret")  # how the names of our files begin


@dataclass(frozen=True)
class Options:
    """Settings of ``ceasefire play``.

    ``open_`` drops the teacher's word; ``proxy`` is the address whose word on who asks is taken;
    ``address`` what students type, if it is not host and port.
    """

    host: str
    port: int
    network: bool
    data: Path
    scenario: str
    seed: int
    results: Sequence[Path] = ()
    open_: bool = False
    proxy: str = ""
    address: str = ""


def check(options: Options) -> None:
    """Refuse what cannot be served, in one sentence, before anything is started."""
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
    if options.open_ and (options.network or options.proxy):
        raise ConfigError(
            "--open lets anybody make a class, so it goes with neither --network nor --proxy"
        )
    _check_names(options)
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((options.host, options.port))
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {options.host} port {options.port}: {error.strerror}; "
            "choose another with --port"
        ) from None


def _check_names(options: Options) -> None:
    if options.proxy:
        try:
            ipaddress.ip_address(options.proxy)
        except ValueError:
            raise ConfigError(f"proxy is {options.proxy!r}; it must be an IP address") from None
    if options.address:
        parts = urlsplit(options.address)
        plain = parts.scheme in ("http", "https") and parts.hostname and parts.path in ("", "/")
        if not plain or parts.query or parts.fragment or parts.username:
            raise ConfigError(
                f"address is {options.address!r}; it must be http or https and a host, no more"
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address(options: Options) -> str:
    """What people type to get here."""
    if options.address:
        return options.address.rstrip("/")
    host = options.host
    if host in ("0.0.0.0", "::"):
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.connect(("192.0.2.1", 9))  # sends nothing; asks which address would be used
                host = str(probe.getsockname()[0])
        except OSError:
            host = socket.gethostname()
    return f"http://{f'[{host}]' if ':' in host else host}:{options.port}"


def names(options: Options) -> Names:
    """What the server answers to, so that no other site can point its own name here."""
    known = {"localhost", options.host.lower(), urlsplit(address(options)).hostname or ""}
    if not is_loopback(options.host):
        machine = socket.gethostname().lower()
        known |= {machine, f"{machine}.local"}
    origin = options.address.rstrip("/")
    return Names(frozenset(known - {""}), not is_loopback(options.host), origin)


def prepare(folder: Path) -> TextIO:
    """Make the folder for rooms, for its owner only, and return the lock on it.

    Raises
    ------
    ConfigError
        If it cannot be used, holds files of somebody else, or another server uses it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        foreign = sorted(p.name for p in folder.iterdir() if not p.name.startswith((*OURS, ".")))
        if foreign:
            raise ConfigError(
                f"{folder} holds other files, such as {foreign[0]!r}; "
                "rooms need a folder of their own, so name another with --data"
            )
        folder.chmod(0o700)
        lock = (folder / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for path in folder.iterdir():
            if path.is_file():
                path.chmod(0o600)
        shutil.rmtree(folder / "sessions", ignore_errors=True)  # earlier versions kept keys there
        (folder / "secret").unlink(missing_ok=True)
    except BlockingIOError:
        raise ConfigError(f"another server keeps its rooms in {folder}") from None
    except OSError as error:
        raise ConfigError(f"{folder} cannot be used to keep rooms: {error.strerror}") from None
    return lock


def run(options: Options) -> None:
    """Serve until interrupted."""
    check(options)
    os.umask(0o077)  # what this process writes is for its owner
    lock = prepare(options.data)
    from nicegui import app, core, ui
    from nicegui.storage import Storage

    from sim.app import logs, work
    from sim.app.follow import Follower
    from sim.app.gate import Gate
    from sim.app.pages import (
        board,
        compare,
        debrief,
        explore,
        home,
        picture,
        play,
        teach,
        watch,
    )
    from sim.app.pool import Pool
    from sim.app.rooms import Rooms
    from sim.app.site import FONT, YEAR, Site, not_found
    from sim.app.store import Store

    lock_down()
    logs.set_up()
    Storage.max_tab_storage_age = TABS_KEPT
    word = None if options.open_ else new_code()
    rooms = Rooms(Store(options.data / "rooms.sqlite"), word)
    found = {path.name: path for path in options.results}
    pool = Pool()
    follower = Follower(rooms, pool)
    site = Site(
        rooms, pool, follower, options.scenario, options.seed, address(options), shipped(), found
    )
    for page in (home, explore, play, teach, watch, board, picture, debrief, compare):
        page.register(site)
    setup = compose(Wanted(options.scenario), seed=options.seed, days=WALK)
    work.compile_first(setup.cell.scenario)  # not while a class waits

    async def warm() -> None:
        await pool.warm(work.warm, setup.stored())

    app.add_middleware(Boundary, names=names(options))
    app.add_exception_handler(404, not_found)
    app.add_static_file(local_file=FONT, url_path=f"/fonts/{FONT.name}", max_cache_age=YEAR)
    Gate(core.sio)
    core.sio.eio.max_http_buffer_size = LARGEST
    core.sio.eio.cors_allowed_origins = []  # the boundary sees to that
    app.on_startup(warm)
    app.timer(TICK, rooms.tick)
    app.timer(TICK, rooms.look)
    app.timer(FOLLOWED, follower.tick)
    app.timer(EXPIRY, rooms.expire, immediate=False)
    app.on_shutdown(rooms.writer.close)
    app.on_shutdown(pool.close)
    reach = "anybody on this network" if options.network else "this machine only"
    if options.proxy:
        reach += f" and whoever the proxy at {options.proxy} lets in"
    print(
        f"Serving {site.address} to {reach}; rooms are kept in {options.data}. Stop: Ctrl-C",
        flush=True,
    )
    if word is not None:
        print(f"Teacher's word, with which a class is made: {shown_code(word)}", flush=True)
    with lock:
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
            reconnect_timeout=RECONNECT,
            binding_refresh_interval=None,
            show_welcome_message=False,
            log_config=None,
            http="h11",  # of uvicorn's parsers the one that bounds a request's head
            h11_max_incomplete_event_size=LONGEST_HEAD,
            ws_max_size=LARGEST,
            ws_per_message_deflate=False,  # a small message could unpack to a huge one
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=PATIENCE,
            server_header=False,
            proxy_headers=bool(options.proxy),
            forwarded_allow_ips=options.proxy or "",
        )
