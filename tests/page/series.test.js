import assert from "node:assert/strict";
import { test } from "node:test";

import { Series, chartPaths } from "../../services/vezta_stream/demo/static/terminal/series.js";

const BOX = { width: 100, height: 10, leastRange: 10 };

test("within a second the newest value wins", () => {
  const series = new Series();
  series.add(0, 1);
  series.add(999, 2);
  series.add(1000, 3);
  assert.deepEqual(series.samples, [
    { at: 0, value: 2 },
    { at: 1000, value: 3 },
  ]);
});

test("the oldest samples are dropped", () => {
  const series = new Series();
  for (let second = 0; second < 5000; second += 1) series.add(second * 1000, second);
  assert.equal(series.samples.length, 600);
  assert.equal(series.samples.at(-1).value, 4999);
});

test("the line has steps and ends now", () => {
  const samples = [
    { at: 0, value: 0 },
    { at: 500, value: 100 },
  ];
  const { line, area } = chartPaths(samples, { now: 1000, ...BOX });
  assert.equal(line, "M0 9.2H50V0.8H100");
  assert.equal(area, "M0 9.2H50V0.8H100V10H0Z");
});

test("a price that stays is a line in the middle", () => {
  const { line, low, high } = chartPaths([{ at: 0, value: 7 }], { now: 0, ...BOX });
  assert.equal(line, "M0 5H100");
  assert.deepEqual([low, high], [7, 7]);
});

test("without samples there is no chart", () => {
  assert.equal(chartPaths([], { now: 0, ...BOX }), null);
});
