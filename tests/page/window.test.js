import assert from "node:assert/strict";
import { test } from "node:test";

import { inSight } from "../../services/vezta_stream/demo/static/terminal/window.js";

const LIST = { count: 400, rowHeight: 40, height: 800, spare: 5 };

test("at the top there is nothing to spare above", () => {
  assert.deepEqual(inSight({ ...LIST, scrollTop: 0 }), { from: 0, to: 25 });
});

test("rows that are cut count as seen, and some are spare on either side", () => {
  assert.deepEqual(inSight({ ...LIST, scrollTop: 4010 }), { from: 95, to: 126 });
});

test("the list ends where the rows end, however far it was scrolled", () => {
  assert.deepEqual(inSight({ ...LIST, scrollTop: 15_200 }), { from: 375, to: 400 });
  assert.deepEqual(inSight({ ...LIST, count: 3, scrollTop: 15_200 }), { from: 3, to: 3 });
});

test("without rows, or before anything was measured, nothing is in sight", () => {
  assert.deepEqual(inSight({ ...LIST, count: 0, scrollTop: 0 }), { from: 0, to: 0 });
  assert.deepEqual(inSight({ ...LIST, rowHeight: NaN, scrollTop: 0 }), { from: 0, to: 0 });
});
