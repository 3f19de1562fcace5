/** What is drawn from which zoom on: maps of every size show their roads as a whole, and nothing is lost by coming nearer. */

import { expect, test } from "vitest";
import { around } from "../src/map/facilities";
import { farthestZoom, roadWidth, showsIcons, showsNames } from "../src/map/thresholds";
import { ROAD_CLASSES } from "../src/protocol/messages";

const NEAREST = 3;
/** From a village to a continent, metres, on screens of so many pixels. */
const MAPS = [300, 5_000, 40_000, 150_000, 700_000, 4_000_000].flatMap((metres) =>
  [390, 1000, 3000].map((pixels) => ({ fitted: Math.log2(pixels / metres), spacing: metres / 20 })),
);

test.each(MAPS)("all roads are drawn when the whole map is seen: %o", (scale) => {
  for (const name of ROAD_CLASSES) expect(roadWidth(name, scale.fitted, scale)).toBeGreaterThan(0);
  // Also when a panel opens or closes meanwhile, which changes what fits a little.
  for (const name of ROAD_CLASSES) expect(roadWidth(name, scale.fitted - 0.5, scale)).toBeGreaterThan(0);
});

test.each(MAPS)("nothing vanishes or grows thinner on the way nearer: %o", (scale) => {
  for (let zoom = farthestZoom(scale); zoom < NEAREST; zoom += 0.25) {
    for (const name of ROAD_CLASSES) {
      expect(roadWidth(name, zoom + 0.25, scale)).toBeGreaterThanOrEqual(roadWidth(name, zoom, scale));
    }
    expect(Number(showsIcons(zoom + 0.25, scale))).toBeGreaterThanOrEqual(Number(showsIcons(zoom, scale)));
    expect(Number(showsNames(zoom + 0.25, scale))).toBeGreaterThanOrEqual(Number(showsNames(zoom, scale)));
  }
});

test.each(MAPS)("one may go as far away as the whole map needs, and a little farther: %o", (scale) => {
  expect(farthestZoom(scale)).toBeLessThan(scale.fitted);
});

test.each(MAPS)("icons stand where there is room for them: %o", (scale) => {
  const zoom = Math.log2(30 / scale.spacing);
  expect(showsIcons(zoom, scale)).toBe(true);
});

test("facilities at one junction do not cover each other", () => {
  expect(around(0, 1)).toEqual([0, 0]);
  for (let count = 2; count <= 12; count += 1) {
    const places = Array.from({ length: count }, (_, i) => around(i, count));
    for (const [i, one] of places.entries()) {
      for (const [j, other] of places.entries()) {
        if (i < j) expect(Math.hypot(one[0] - other[0], one[1] - other[1])).toBeGreaterThan(1);
      }
    }
  }
});
