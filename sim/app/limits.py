"""How often something may happen, counted by where it comes from."""

from __future__ import annotations

import ipaddress
import time
from collections import defaultdict, deque
from collections.abc import Callable

MOST_KEYS = 10_000  # beyond so many, the quiet ones are forgotten


def place(address: str) -> str:
    """What counts as one place: an IPv4 address, or the network of an IPv6 address.

    Whoever has one IPv6 address has the other 2**64 of its network as well.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64] or "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        if not found.is_loopback:
            return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


class Limit:
    """At most ``most`` events in ``seconds`` per key."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic):
        self.most, self.seconds, self.clock = most, seconds, clock
        self.seen: defaultdict[str, deque[float]] = defaultdict(deque)

    def full(self, key: str) -> bool:
        """Whether the limit is reached; nothing is counted."""
        times = self.seen.get(key)
        if times is None:
            return False
        now = self.clock()
        while times and times[0] <= now - self.seconds:
            times.popleft()
        if not times:
            del self.seen[key]
        return len(times) >= self.most

    def count(self, key: str) -> None:
        """Count an event."""
        now = self.clock()
        if len(self.seen) >= MOST_KEYS:
            recent = {k: v for k, v in self.seen.items() if v and v[-1] > now - self.seconds}
            self.seen = defaultdict(deque, recent)
        self.seen[key].append(now)

    def allows(self, key: str) -> bool:
        """Count an event if it is within the limit, and say whether it is."""
        if self.full(key):
            return False
        self.count(key)
        return True
