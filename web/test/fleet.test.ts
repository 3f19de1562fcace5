/** Trucks between frames: where they are drawn when frames come, when others come and go, when a world is replaced. */

import { expect, test } from "vitest";
import { ACTIVITIES, DRIVING } from "../src/model/activities";
import { Fleet } from "../src/model/fleet";
import type { PositionFrame } from "../src/protocol/positions";

const IDLE = ACTIVITIES.indexOf("idle");

function frame(roster: number, elapsed: number, x: number[], activity = DRIVING): PositionFrame {
  const count = x.length;
  return {
    tick: 0,
    elapsed,
    roster,
    count,
    index: Uint32Array.from({ length: count }, (_, i) => i),
    x: Float32Array.from(x),
    y: new Float32Array(count),
    heading: new Float32Array(count),
    activity: new Uint8Array(count).fill(activity),
    load: new Uint8Array(count),
  };
}

/** A fleet at 10 simulated seconds a second that has had a frame every tenth of a second; "a" drives at 20 m/s. */
function driving(untilMs: number): Fleet {
  const fleet = new Fleet();
  fleet.playout.expect(10, 0.1);
  fleet.setRoster(1, ["a"]);
  drive(fleet, 0, untilMs, (elapsed) => frame(1, elapsed, [20 * elapsed]));
  return fleet;
}

/** Feed frames and draw every 20 ms; return the widest step of the first truck between two drawings, metres. */
function drive(fleet: Fleet, fromMs: number, untilMs: number, of: (elapsed: number) => PositionFrame): number {
  let widest = 0;
  for (let ms = fromMs; ms < untilMs; ms += 20) {
    if (ms % 100 === 0) fleet.push(of(ms / 100), ms);
    const before = fleet.x[0] as number;
    fleet.advance(ms);
    const step = Math.abs((fleet.x[0] as number) - before);
    if (!Number.isNaN(step)) widest = Math.max(widest, step);
  }
  return widest;
}

/** 10 simulated seconds a second, 20 m/s, 20 ms: 4 m a drawing. */
const EVEN_STEP_M = 4;

test("a truck drives evenly", () => {
  const fleet = driving(1000);
  const widest = drive(fleet, 1000, 3000, (elapsed) => frame(1, elapsed, [20 * elapsed]));
  expect(widest).toBeLessThan(1.3 * EVEN_STEP_M);
  expect(fleet.x[0]).toBeGreaterThan(20 * 27);
});

test("a truck that comes or goes makes nobody else jump", () => {
  const fleet = driving(1000);
  fleet.put("b", { x: 7, y: 0, heading: 0, activity: IDLE }, 0);
  fleet.setRoster(2, ["a", "b"]);
  expect(drive(fleet, 1000, 2000, (elapsed) => frame(2, elapsed, [20 * elapsed, 7]))).toBeLessThan(3 * EVEN_STEP_M);
  expect(fleet.x[fleet.at("b") as number]).toBeCloseTo(7);
  fleet.remove("b");
  fleet.setRoster(3, ["a"]);
  expect(drive(fleet, 2000, 3000, (elapsed) => frame(3, elapsed, [20 * elapsed]))).toBeLessThan(3 * EVEN_STEP_M);
  expect(fleet.at("b")).toBeUndefined();
});

test("a truck nobody has told of before stands where its first frame says at once", () => {
  const fleet = driving(1000);
  fleet.setRoster(2, ["a", "new"]);
  fleet.push(frame(2, 10, [200, 4321]), 1000);
  fleet.advance(1000);
  expect(fleet.x[1]).toBe(4321);
});

test("a truck that is put elsewhere does not drive across the map", () => {
  const fleet = driving(1000);
  fleet.push(frame(1, 10, [90_000]), 1000);
  const seen: number[] = [];
  for (let ms = 1000; ms < 1500; ms += 20) {
    fleet.advance(ms);
    seen.push(fleet.x[0] as number);
  }
  expect(seen.filter((x) => x > 300 && x < 90_000)).toEqual([]);
  expect(seen.at(-1)).toBe(90_000);
});

test("after a snapshot of another time the first frame is shown at once", () => {
  const fleet = driving(5000);
  fleet.putAll([{ id: "a", place: { x: 50, y: 0, heading: 0, activity: DRIVING }, load: 0 }]);
  expect(fleet.shown).toBeNull();
  expect(fleet.x[0]).toBe(50);
  fleet.setRoster(2, ["a"]);
  fleet.push(frame(2, 3, [60]), 5000);
  fleet.advance(5001);
  expect(fleet.x[0]).toBe(60);
  expect(fleet.shown).toBe(3);
});

test("frames of another roster are not for the trucks known", () => {
  const fleet = driving(1000);
  const before = fleet.x[0];
  fleet.push(frame(9, 10, [5]), 1000);
  fleet.push(frame(1, 10, [5, 6]), 1000);
  expect(fleet.count).toBe(1);
  expect(fleet.x[0]).toBe(before);
});

test("at rest nothing is drawn anew", () => {
  const fleet = driving(1000);
  for (let ms = 1000; ms < 3000; ms += 20) fleet.advance(ms);
  expect(fleet.advance(3000)).toBe(false);
});
