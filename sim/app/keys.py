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
KEY_LENGTH = 16  # 80 bits; out of reach of whoever tries all keys against a digest
EARLY_BYTES = 16  # of a key of an earlier version
GROUP = 4  # letters between dashes, as codes and keys are shown
SALT_BYTES = 16
SECRET_BYTES = 32
LONGEST_KEY = 100


@dataclass(frozen=True)
class Visitor:
    """Who is looking: ``place`` counts against limits, ``secret`` is what the browser holds."""

    place: str
    secret: str

    def key(self, name: str, salt: str) -> str:
        """This browser's key to a seat or a class."""
        return _letters(self._mixed(name, salt)[:KEY_LENGTH])

    def keys(self, name: str, salt: str) -> tuple[str, str]:
        """The key, and the one that earlier versions made, whose digest may still be stored."""
        early = base64.urlsafe_b64encode(self._mixed(name, salt)[:EARLY_BYTES]).decode().rstrip("=")
        return self.key(name, salt), early

    def _mixed(self, name: str, salt: str) -> bytes:
        return hmac.digest(self.secret.encode(), f"{name}\n{salt}".encode(), "sha256")


def new_secret() -> str:
    """A secret for a browser."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_salt() -> str:
    """A salt for a seat or a class."""
    return secrets.token_urlsafe(SALT_BYTES)


def new_code() -> str:
    """A code that is read out: of a room, or a teacher's word."""
    return _letters(secrets.token_bytes(CODE_LENGTH))


def _letters(chance: bytes) -> str:
    """A letter of the alphabet for each byte."""
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in chance)


def _bare(typed: str) -> str:
    """What was typed in capitals, without spaces, dashes and other signs."""
    return "".join(c for c in typed[:LONGEST_KEY].upper() if c.isalnum())


def tidy_code(typed: str) -> str:
    """A code as typed, without spaces and dashes and in capitals; at most its length."""
    return _bare(typed)[:CODE_LENGTH]


def tidy_key(typed: str) -> str:
    """A key as typed, the same way; one that an earlier version made is taken as it was shown."""
    bare = _bare(typed)
    return bare if len(bare) == KEY_LENGTH else typed[:LONGEST_KEY].strip()


def is_key(typed: str) -> bool:
    """Whether what was typed is meant for a key, which is longer than any code."""
    return len(_bare(typed)) > CODE_LENGTH + GROUP


def shown_code(code: str) -> str:
    """A code or a key as it is read out, in groups; a key of an earlier version has none."""
    if len(code) > KEY_LENGTH:
        return code
    return "-".join(code[k : k + GROUP] for k in range(0, len(code), GROUP))


def digest(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key[:LONGEST_KEY].encode("utf-8", "replace")).hexdigest()


def same(key: str, stored: str) -> bool:
    """Whether a key is the one whose digest is stored, in constant time."""
    return hmac.compare_digest(digest(key).encode(), stored.encode("utf-8", "replace"))


def same_code(typed: str, code: str) -> bool:
    """Whether a code as typed is this one, in constant time."""
    return hmac.compare_digest(tidy_code(typed).encode("utf-8", "replace"), code.encode())
