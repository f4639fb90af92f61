import assert from "node:assert/strict";
import { test } from "node:test";

import {
  clock,
  fullTime,
  label,
  shortAddress,
  title,
  webAddress,
} from "../../services/vezta_stream/demo/static/terminal/words.js";

test("a slug reads as a title", () => {
  assert.equal(title("will-bitcoin-hit-100k-by-june-2026"), "Will Bitcoin Hit 100K by June 2026");
  assert.equal(title("the-us-and-eu-agree"), "The US and EU Agree");
});

test("thousands get their commas back", () => {
  assert.equal(title("bitcoin-above-53-000-on-1-april"), "Bitcoin Above 53,000 on 1 April");
  assert.equal(title("more-than-1-250-000-jobs"), "More than 1,250,000 Jobs");
});

test("other numbers next to each other keep the hyphen that may be their decimal point", () => {
  assert.equal(title("spx-down-3-9-or-more"), "SPX Down 3\u20119 or More");
});

test("a ticker stays a ticker", () => {
  assert.equal(title("KXBTC-26MAR-T100000"), "KXBTC-26MAR-T100000");
});

test("odd slugs do no harm", () => {
  assert.equal(title(""), "");
  assert.equal(title("--a--b__c-"), "A B C");
});

test("codes read as words", () => {
  assert.equal(label("PARTIALLY_FILLED"), "Partially filled");
  assert.equal(label("copy-trade"), "Copy trade");
  assert.equal(label(undefined), "");
});

test("times are local, with the day when it is another one", () => {
  const moment = new Date(2026, 2, 27, 14, 30, 5);
  assert.equal(clock(moment.toISOString(), moment.getTime()), "14:30:05");
  assert.equal(clock(moment.toISOString(), new Date(2026, 2, 28).getTime()), "27 Mar 14:30:05");
});

test("what is no time is shown as nothing", () => {
  assert.equal(clock("yesterday", 0), "");
  assert.equal(fullTime(undefined), "");
});

test("only web addresses become links", () => {
  assert.equal(webAddress("https://example.com/a?b=c"), "https://example.com/a?b=c");
  const others = ["javascript:alert(1)", "data:text/html,x", "/market/x", "ftp://example.com", "", null, 7];
  for (const other of others) assert.equal(webAddress(other), null);
});

test("long addresses are cut in the middle", () => {
  assert.equal(shortAddress("0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"), "0xd8dA…6045");
  assert.equal(shortAddress("0x1234"), "0x1234");
  assert.equal(shortAddress(undefined), "");
});
