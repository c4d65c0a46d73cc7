"""Waiting for something to become true: bounded, and the only place where a test sleeps."""

import time


class TooLate(AssertionError):
    pass


def until(condition, within=10.0, what=None, every=0.02):
    """The first true value of condition(). Fails after `within` seconds, saying what was waited for."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise TooLate(f"not within {within:g} s: {what or getattr(condition, '__doc__', None) or condition} (last: {value!r})")
        time.sleep(every)
