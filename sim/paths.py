"""Knows where the project's data folders lie; knows nothing of what is in them."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


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
