"""
The providers, each a file or a package of its own in this folder, found by its place.

Whatever module here has an `ADAPTER` is a provider: adding one touches nothing else.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from providers.adapters.base import Provider


def provider(name: str) -> Provider:
    """The provider of that name; `KeyError` where there is none."""
    return _adapters()[name]


def provider_names() -> tuple[str, ...]:
    return tuple(sorted(_adapters()))


@functools.cache
def _adapters() -> dict[str, Provider]:
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    adapters: list[Provider] = [module.ADAPTER for module in modules if hasattr(module, "ADAPTER")]
    return {adapter.name: adapter for adapter in adapters}
