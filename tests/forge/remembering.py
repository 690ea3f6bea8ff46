"""Remembered powers: forged records differ in a few numbers, so most powers in them were computed before.

Only functions whose result follows from their arguments are remembered, so no verdict changes; what is not patched here
because a module was renamed is merely slow.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import gmpy2
import pytest

import verifier.group

PACKAGES = ("evote.", "verifier.", "tests.forge.")


@contextmanager
def remembered_powers() -> Iterator[None]:
    """Replace powers, shared powers and tables in all loaded modules by versions that compute nothing twice."""
    powmod, shared, table = gmpy2.powmod, verifier.group.shared_powers, verifier.group.FixedBase

    @cache
    def shared_powers(base: gmpy2.mpz, exponents: tuple[gmpy2.mpz, ...]) -> tuple[list[gmpy2.mpz], bool]:
        return shared(base, exponents)

    @cache
    def fixed_base(base: gmpy2.mpz, window: int = 8) -> Any:
        built: Any = table(base, window)
        built.power = cache(built.power)
        return built

    replacements: tuple[tuple[str, Any, Callable[..., Any]], ...] = (
        ("powmod", powmod, cache(powmod)),
        ("shared_powers", shared, lambda base, exponents: shared_powers(base, tuple(exponents))),
        ("FixedBase", table, fixed_base),
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith(PACKAGES):
                for attribute, original, remembering in replacements:
                    if getattr(module, attribute, None) is original:
                        patch.setattr(module, attribute, remembering)
        yield
