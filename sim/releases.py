"""What differs between the releases of Hydra and OmegaConf that may be installed.

Hydra 1.3 with OmegaConf 2.3, and Hydra 1.4 with OmegaConf 2.4. Knows no configuration of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from omegaconf import OmegaConf


def _release(package: str) -> tuple[int, int]:
    major, minor, *_ = version(package).split(".")
    return int(major), int(minor)


BEFORE_1_4 = _release("hydra-core") < (1, 4)
BASE: dict[str, Any] = {"version_base": "1.3"} if BEFORE_1_4 else {}
"""Hydra's setting for the behaviour we rely on; from 1.4 on there is only one."""


def trusted(modules: list[str]) -> dict[str, Any]:
    """Arguments of ``hydra.main`` on code that a configuration may name; 1.3 has none.

    ``modules`` are patterns such as ``sim.*``.
    """
    return {} if BEFORE_1_4 else {"execution_whitelist": modules}


def register(name: str, function: Callable[..., Any], **options: Any) -> None:
    """Let configurations write ``${name:...}``; one that is known is left as it is."""
    if OmegaConf.has_resolver(name):
        return
    old = _release("omegaconf") < (2, 4)  # where register_resolver is another, older thing
    add = OmegaConf.register_new_resolver if old else OmegaConf.register_resolver
    add(name, function, **options)
