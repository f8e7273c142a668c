"""A pause for the collector of garbage while very many objects are made at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def garbage_left_lying() -> Iterator[None]:
    """Look for no garbage meanwhile; for work that makes many objects and no cycles to speak of.

    What was made is then counted among what has been there for long: else all of it would be looked through at once.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()
