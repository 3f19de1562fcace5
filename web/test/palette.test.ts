/** States of trucks are told apart whatever colours somebody sees, and without any. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hex, PALETTES, type ThemeName } from "../src/map/palette";
import { STATES } from "../src/model/activities";
import { GLYPHS } from "../src/ui/glyph";
import { contrast, difference, labOf, VISIONS } from "./colour";

/** Far above what can just be seen (1 to 2), and above what is needed to name a colour in a legend. */
const LEAST_DIFFERENCE = 12;
const LEAST_CONTRAST = 4.5;
const THEMES = Object.keys(PALETTES) as ThemeName[];

test("the measure is CIEDE2000: pairs of its published test data", () => {
  expect(difference([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
  expect(difference([50, 2.49, -0.001], [50, -2.49, 0.0011])).toBeCloseTo(7.2195, 4);
  expect(difference([50, 2.5, 0], [73, 25, -18])).toBeCloseTo(27.1492, 4);
  expect(difference([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387])).toBeCloseTo(1.2644, 4);
  expect(difference([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514])).toBeCloseTo(0.9082, 4);
});

test.each(THEMES.flatMap((theme) => Object.keys(VISIONS).map((vision) => [theme, vision] as const)))(
  "in the %s theme all pairs of states differ, with %s vision",
  (theme, vision) => {
    const seen = STATES.map((state) => labOf(PALETTES[theme].state[state], VISIONS[vision] as number[][]));
    for (const [i, one] of seen.entries()) {
      for (const [j, other] of seen.entries()) {
        if (j <= i) continue;
        expect(difference(one, other), `${STATES[i]} and ${STATES[j]}`).toBeGreaterThan(LEAST_DIFFERENCE);
      }
    }
  },
);

test.each(THEMES)("in the %s theme states can be read on the paper of panels", (theme) => {
  const { state, paper } = PALETTES[theme];
  for (const name of STATES) expect(contrast(state[name], paper), name).toBeGreaterThan(LEAST_CONTRAST);
});

test("every state has a shape of its own", () => {
  expect(new Set(STATES.map((state) => GLYPHS[state])).size).toBe(STATES.length);
});

test.each(THEMES)("the style sheet bears the colours of the map: %s", (theme) => {
  const sheet = readFileSync(new URL("../src/styles/base.css", import.meta.url), "utf-8");
  const rules = sheet.slice(sheet.indexOf(theme === "dark" ? ':root[data-theme="dark"] {' : ":root {"));
  for (const name of STATES) expect(rules).toContain(`--state-${name}: ${hex(PALETTES[theme].state[name])};`);
});
