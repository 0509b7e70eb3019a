"""How a person is reached: one file a transport, found by its place."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from alerts.transports.base import Transport


def transport(name: str) -> Transport:
    """The transport of that name; KeyError where there is none."""
    return _transports()[name]


@functools.cache
def _transports() -> dict[str, Transport]:
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    found: list[Transport] = [module.TRANSPORT for module in modules if hasattr(module, "TRANSPORT")]
    return {one.name: one for one in found}
