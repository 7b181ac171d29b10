"""Records in JSON that carry a checksum of their content, so that a change shows.

Knows no meaning of a record. The checksum is no signature: whoever rewrites a record can write a
new one.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from sim.config.validation import explain
from sim.study.errors import StoreError

SEAL = "checksum"
EXACT = ConfigDict(extra="forbid", strict=True)  # of a kind of record: these fields, these types

Record = dict[str, Any]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def sealed(record: Record) -> str:
    """Write a record as text, its checksum as last field."""
    said = {name: value for name, value in record.items() if name != SEAL}
    digest = hashlib.sha256(_text(said).encode()).hexdigest()
    return _text({**said, SEAL: digest})


def _text(record: Record) -> str:
    return json.dumps(record, indent=2) + "\n"


def unsealed(path: Path, kind: TypeAdapter[Any]) -> Record:
    """Read a record of some kind; one with a checksum must be, letter by letter, what was written.

    Records of earlier versions have none.

    Raises
    ------
    StoreError
        If it cannot be read, is not such a record, or has been changed.
    """
    try:
        text = path.read_bytes().decode("utf-8")
        record = json.loads(text, object_pairs_hook=_once)
        if not isinstance(record, dict):
            raise ValueError("it is not a record")
        changed = SEAL in record and sealed(record) != text
        json.dumps(record, ensure_ascii=False).encode()  # half a letter cannot be printed
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise StoreError(f"cannot read {path}: {reason}") from None
    except RecursionError:
        raise StoreError(f"{path} is damaged: it is nested too deeply") from None
    except ValueError as error:
        raise StoreError(f"{path} is damaged: {str(error).splitlines()[0]}") from None
    if changed:
        raise changed_since(path)
    try:
        kind.validate_python(record)
    except ValidationError as error:
        raise StoreError(f"{path} is damaged: {'; '.join(explain(error))}") from None
    return record


def changed_since(path: Path) -> StoreError:
    """Say that a file is not as it was stored."""
    return StoreError(f"{path} has been changed since it was stored (checksum mismatch)")


def _once(pairs: list[tuple[str, Any]]) -> Record:
    """Make a mapping; refuse a field that is given twice."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {twice!r} is given twice")
    return made
