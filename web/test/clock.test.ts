/** The clock: what the server says of simulated times counts, at every pace. */

import { expect, test } from "vitest";
import { SimulatedClock } from "../src/model/clock";

const WORLD = { id: "a.0", run_state: "paused", tick_rate: 20, speed: 60 } as const;

test("where the world stands sets it, backwards too", () => {
  const clock = new SimulatedClock();
  clock.takeWorld({ ...WORLD, tick: 500, time: 9.5, day: 2, elapsed_s: 91_800 });
  expect(clock.at(clock.elapsed)).toBe(86_400 + 9.5 * 3600);
  expect(clock.at(0)).toBe(8 * 3600);
  clock.takeWorld({ ...WORLD, tick: 0, time: 8, day: 1, elapsed_s: 0 });
  expect(clock.at(clock.elapsed)).toBe(8 * 3600);
});

test("neither frames of other ticks nor a change of the pace move the start of the day once the server has told it", () => {
  const clock = new SimulatedClock();
  clock.takeTick({ tick: 10, time: 8.5, day: 1, elapsed_s: 1800 }, false);
  clock.takeTick({ tick: 11, time: 9.5, day: 1, elapsed_s: 5400 }, false);
  clock.takeFrame(17, 5460);
  expect(clock.at(0)).toBe(8 * 3600);
  expect(clock.at(clock.elapsed)).toBe(8 * 3600 + 5460);
});

test("of a recording, which tells no seconds since the start, ticks and frames of the same instant say it", () => {
  const clock = new SimulatedClock();
  clock.takeTick({ tick: 10, time: 8.5, day: 1 }, false);
  clock.takeFrame(10, 1800);
  expect(clock.at(0)).toBe(8 * 3600);
});

test("a recording that stands before its first tick shows the time it stands at, after a jump too", () => {
  const clock = new SimulatedClock();
  clock.takePlace(8 * 3600);
  expect(clock.at(clock.elapsed)).toBe(8 * 3600);
  clock.takeTick({ tick: 10, time: 8.5, day: 1 }, false);
  clock.takeFrame(10, 1800);
  clock.takePlace(8 * 3600);
  expect(clock.at(clock.elapsed)).toBe(8 * 3600);
  expect(clock.at(0)).toBe(8 * 3600);
});
