"""How a run of entries is divided into publishes."""

from collections.abc import Iterable, Iterator, Sequence

from vezta_stream.bus.base import Entry
from vezta_stream.core.positions import Scope


def batches(
    entries: Iterable[tuple[Scope, Entry]], *, max_entries: int, max_bytes: int
) -> Iterator[tuple[Scope, Sequence[Entry]]]:
    """Yield the entries by scope, each scope's in the order given, in batches within bounds.

    Bytes are those of keys and payloads. An entry that is too large alone travels alone.
    """
    by_scope: dict[Scope, list[Entry]] = {}
    for scope, entry in entries:
        by_scope.setdefault(scope, []).append(entry)
    for scope, all_of_scope in by_scope.items():
        for batch in _divide(all_of_scope, max_entries, max_bytes):
            yield scope, batch


def _divide(entries: Sequence[Entry], max_entries: int, max_bytes: int) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        weight = len(entry.key) + len(entry.data or b"")
        if batch and (len(batch) == max_entries or size + weight > max_bytes):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += weight
    yield batch
