"""Comparing the whole state of two objects."""

from enum import Enum


def state_of(value: object) -> object:
    """Return all that an object holds, as plain values: equal states give equal values."""
    if isinstance(value, dict):
        return {repr(key): state_of(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [state_of(item) for item in value]
    if isinstance(value, Enum | str | bytes | int | set | frozenset) or value is None:
        return value
    slots = [name for type_ in type(value).__mro__ for name in getattr(type_, "__slots__", ())]
    return {name: state_of(getattr(value, name)) for name in [*slots, *vars_of(value)]}


def vars_of(value: object) -> list[str]:
    """Return the names of an object's attributes that are not in slots."""
    return list(getattr(value, "__dict__", {}))
