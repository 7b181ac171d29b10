"""Keys: what a browser's secret and a typed key open; the server keeps digests of keys only.

A browser is known by one random secret in its cookie, which the server never writes down. Seats and
classes have a salt; secret, salt and name together give the key of that browser to that seat or
class. So whoever reads the server's folder learns no key, and no key opens anything else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no letter that looks like a digit
CODE_LENGTH = 8  # 40 bits; with the limit on attempts out of a guesser's reach
KEY_BYTES = 16
SECRET_BYTES = 32
LONGEST_KEY = 100


@dataclass(frozen=True)
class Visitor:
    """Who is looking: ``place`` counts against limits, ``secret`` is what the browser holds."""

    place: str
    secret: str

    def key(self, name: str, salt: str) -> str:
        """This browser's key to a seat or a class."""
        mixed = hmac.digest(self.secret.encode(), f"{name}\n{salt}".encode(), "sha256")
        return base64.urlsafe_b64encode(mixed[:KEY_BYTES]).decode().rstrip("=")


def new_secret() -> str:
    """A secret for a browser."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_key() -> str:
    """A key that is shown to a person, or a salt."""
    return secrets.token_urlsafe(KEY_BYTES)


def new_code() -> str:
    """A code that is read out: of a room, or a teacher's word."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def tidy_code(code: str) -> str:
    """A code as typed, without spaces and dashes and in capitals; at most its length."""
    return code[:40].upper().replace("-", "").replace(" ", "")[:CODE_LENGTH]


def is_key(typed: str) -> bool:
    """Whether what was typed is meant for a key, which is longer than any code."""
    return len(typed) > 2 * CODE_LENGTH


def shown_code(code: str) -> str:
    """A code as it is read out."""
    return f"{code[:4]}-{code[4:]}"


def digest(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key[:LONGEST_KEY].encode("utf-8", "replace")).hexdigest()


def same(key: str, stored: str) -> bool:
    """Whether a key is the one whose digest is stored, in constant time."""
    return hmac.compare_digest(digest(key).encode(), stored.encode("utf-8", "replace"))


def same_code(typed: str, code: str) -> bool:
    """Whether a code as typed is this one, in constant time."""
    return hmac.compare_digest(tidy_code(typed).encode("utf-8", "replace"), code.encode())
