"""What could not be understood: kept unchanged, with the reason and where it came from."""

from typing import Final

from vezta_stream.core.records import Rejected
from vezta_stream.log.base import Draft, Record

TOPIC: Final = "ingestor.dead-letters"


def dead_letter(record: Record, rejected: Rejected) -> Draft:
    """Return the dead letter of a refused record; its own headers follow ours."""
    return Draft(
        topic=TOPIC,
        key=record.key,
        value=record.value,
        headers=(
            ("reason", rejected.reason.encode()),
            ("detail", rejected.detail[:500].encode(errors="replace")),
            ("source", f"{record.topic}/{record.partition}/{record.offset}".encode()),
            *record.headers,
        ),
    )
