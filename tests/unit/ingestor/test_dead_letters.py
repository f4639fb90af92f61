"""A dead letter is the refused record, unchanged, with why and whence."""

from tests.builders.ingestion import headers, record
from vezta_stream.core.records import Reason, Rejected
from vezta_stream.ingestor.dead_letters import TOPIC, dead_letter


def test_the_record_is_kept_unchanged() -> None:
    refused = record(b"\xff{", key="0xabc", trace=b"7")
    letter = dead_letter(refused, Rejected(Reason.NOT_JSON, "byte 0"))

    assert (letter.topic, letter.key, letter.value) == (TOPIC, b"0xabc", b"\xff{")
    assert letter.headers[-len(refused.headers) :] == refused.headers


def test_it_says_why_and_whence() -> None:
    refused = record(b"{", offset=42, partition=3)
    said = headers(dead_letter(refused, Rejected(Reason.NOT_JSON, "byte 0")))

    assert said["reason"] == "not_json"
    assert said["detail"] == "byte 0"
    assert said["source"] == "exchange.polymarket/3/42"


def test_a_detail_is_cut_and_always_encodes() -> None:
    rejected = Rejected(Reason.BAD_VALUE, "\ud800" + "x" * 1_000)

    assert headers(dead_letter(record(b"{"), rejected))["detail"] == "?" + "x" * 499


def test_a_record_without_key_or_value_is_kept_too() -> None:
    letter = dead_letter(record(None, key=None), Rejected(Reason.NOT_JSON))

    assert (letter.key, letter.value) == (None, None)
