"""Remembered powers: forged records differ in a few numbers, so most powers in them were computed before.

Only what follows from its arguments is remembered, so no verdict changes. Where the verifier names its classes
otherwise one day, nothing is remembered there and the tests are merely slow.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import gmpy2
import pytest

import verifier.group

PACKAGES = ("evote.", "verifier.", "tests.forge.")


@contextmanager
def remembered_powers() -> Iterator[None]:
    """Let powers and tables be computed once while the context lasts, here and in the verifier."""
    powmod, remembering = gmpy2.powmod, cache(gmpy2.powmod)
    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith(PACKAGES) and getattr(module, "powmod", None) is powmod:
                patch.setattr(module, "powmod", remembering)
        for class_name, methods in (("FixedBase", ("power",)), ("SquaringChain", ("_power", "is_element"))):
            found = getattr(verifier.group, class_name, None)
            if found is not None:
                _remember(patch, found, methods)
        yield


def _remember(patch: pytest.MonkeyPatch, remembered: Any, methods: tuple[str, ...]) -> None:
    """Give equal objects of a class the same state, and their methods the same results."""
    states: dict[Any, dict[str, Any]] = {}
    make = remembered.__init__

    def init(self: Any, *arguments: Any) -> None:
        if arguments not in states:
            make(self, *arguments)
            states[arguments] = dict(vars(self))
        vars(self).update(states[arguments])
        self.remembered_as = arguments

    patch.setattr(remembered, "__init__", init)
    for name in methods:
        if hasattr(remembered, name):
            patch.setattr(remembered, name, _remembering(getattr(remembered, name)))


def _remembering(method: Any) -> Any:
    results: dict[Any, Any] = {}

    def call(self: Any, *arguments: Any) -> Any:
        # An object that was not made by the remembering constructor is known by its base, or not at all.
        known_as = getattr(self, "remembered_as", None) or getattr(self, "base", None)
        if known_as is None:
            return method(self, *arguments)
        key = (known_as, arguments)
        if key not in results:
            results[key] = method(self, *arguments)
        return results[key]

    return call
