import assert from "node:assert/strict";
import { test } from "node:test";

import { life } from "../../services/vezta_stream/demo/static/terminal/token.js";

const EXPIRES = "2026-03-27T14:45:00.000Z";

test("a token's life is measured by the server's clock, whatever ours says", () => {
  assert.equal(life(EXPIRES, "Fri, 27 Mar 2026 14:30:00 GMT", 0), 900_000);
});

test("without the server's clock ours has to do", () => {
  assert.equal(life(EXPIRES, null, Date.parse("2026-03-27T14:44:00.000Z")), 60_000);
});
