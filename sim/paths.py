"""Knows where the project's data folders and a user's own lie; knows nothing of what is in them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
OWN = "CEASEFIRE_CONFIGS"  # environment variable: a user's own folders, separated as in PATH


def data_dir(name: str) -> Path:
    """Return the folder ``name`` ("configs", "seeds"): the repository's, else the installed one.

    A checkout is recognised by the ``pyproject.toml`` beside the package, so that files edited
    there take effect at once. Raises FileNotFoundError, in one sentence, if neither place has it.
    """
    repository = PACKAGE.parent
    if (repository / "pyproject.toml").is_file() and (repository / name).is_dir():
        return repository / name
    if (PACKAGE / name).is_dir():
        return PACKAGE / name
    raise FileNotFoundError(
        f"The folder '{name}' is neither in the repository nor in the installed package."
    )


def own_dirs() -> list[Path]:
    """Folders of a user's own configurations (``--config-dir``, ``CEASEFIRE_CONFIGS``), in order.

    The environment carries them, so that the workers of a sweep know them too.
    """
    named = os.environ.get(OWN, "").split(os.pathsep)
    return [Path(name).expanduser().resolve() for name in named if name]


@contextmanager
def also_own(folder: str | os.PathLike[str] | None) -> Iterator[None]:
    """Know one more of the user's folders for a while, and forget those added in that time."""
    before = os.environ.get(OWN)
    if folder is not None:
        os.environ[OWN] = os.pathsep.join(filter(None, [os.path.abspath(folder), before]))
    try:
        yield
    finally:
        os.environ.pop(OWN, None)
        os.environ.update({OWN: before} if before is not None else {})


def import_from_own() -> None:
    """Let tactics and callbacks in the user's own folders be imported by name."""
    sys.path += [str(own) for own in own_dirs() if str(own) not in sys.path]


def config_dirs() -> list[Path]:
    """The folder of shipped configurations, then the user's own."""
    return [data_dir("configs"), *own_dirs()]
