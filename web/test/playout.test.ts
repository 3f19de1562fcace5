/** Playing frames back: what is shown must move evenly, whatever the speed, the rate of frames and the network. */

import { expect, test } from "vitest";
import { Playout, type Snapshot } from "../src/model/playout";

const DRAWN_EVERY_MS = 1000 / 60;

function frameAt(elapsed: number): Snapshot {
  const column = new Float32Array(0);
  const bytes = new Uint8Array(0);
  return { elapsed, count: 0, x: column, y: column, heading: column, activity: bytes, load: bytes };
}

interface Arrival {
  at: number;
  elapsed: number;
}

/** Frames of a run at a speed, `hz` a second, each late by what `delay` says, milliseconds. */
function arrivals(speed: number, hz: number, seconds: number, delay: (i: number) => number = () => 0): Arrival[] {
  const made = Array.from({ length: Math.floor(seconds * hz) }, (_, i) => ({
    at: (1000 * i) / hz + delay(i),
    elapsed: (speed * i) / hz,
  }));
  // One stream: nothing overtakes.
  for (let i = 1; i < made.length; i += 1) {
    const [before, here] = [made[i - 1] as Arrival, made[i] as Arrival];
    here.at = Math.max(here.at, before.at);
  }
  return made;
}

/** Draw 60 times a second while frames arrive; return the simulated instants shown, with the time they were shown at. */
function play(playout: Playout, frames: Arrival[], untilMs: number, fromMs = 0): { at: number; shown: number }[] {
  const drawn: { at: number; shown: number }[] = [];
  let next = 0;
  for (let at = fromMs; at < untilMs; at += DRAWN_EVERY_MS) {
    for (; next < frames.length && (frames[next] as Arrival).at <= at; next += 1) {
      const { elapsed, at: arrived } = frames[next] as Arrival;
      playout.push(frameAt(elapsed), arrived);
    }
    playout.advance(at);
    if (playout.shown !== null) drawn.push({ at, shown: playout.shown });
  }
  return drawn;
}

/** The pace at which what is shown moved from each drawing to the next, simulated seconds per real second. */
function paces(drawn: { at: number; shown: number }[]): number[] {
  return drawn.slice(1).map(({ at, shown }, i) => {
    const before = drawn[i] as { at: number; shown: number };
    return (shown - before.shown) / ((at - before.at) / 1000);
  });
}

function playoutFor(speed: number, hz: number): Playout {
  const playout = new Playout();
  playout.expect(speed, 1 / hz);
  return playout;
}

const after = (drawn: { at: number; shown: number }[], ms: number) => drawn.filter(({ at }) => at >= ms);

for (const speed of [0.1, 1, 60, 3600]) {
  for (const hz of [1, 4, 15, 20]) {
    test(`moves at an even pace: speed ${speed}, ${hz} frames a second`, () => {
      const drawn = play(playoutFor(speed, hz), arrivals(speed, hz, 12), 12_000);
      const settled = paces(after(drawn, 3000));
      expect(Math.min(...settled)).toBeGreaterThan(0.9 * speed);
      expect(Math.max(...settled)).toBeLessThan(1.1 * speed);
    });
  }
}

test("trails the newest frame by less than two and a half intervals", () => {
  const drawn = play(playoutFor(60, 20), arrivals(60, 20, 5), 5000);
  const behind = after(drawn, 1000).map(({ at, shown }) => (60 * at) / 1000 - shown);
  expect(Math.max(...behind)).toBeLessThan(2.5 * 60 * 0.05);
  expect(Math.min(...behind)).toBeGreaterThan(0);
});

test("frames that jitter by 30 ms do not make it stutter", () => {
  const jitter = (i: number) => ((i * 7919) % 31) as number;
  const drawn = play(playoutFor(60, 20), arrivals(60, 20, 10, jitter), 10_000);
  const settled = paces(after(drawn, 2000));
  expect(Math.min(...settled)).toBeGreaterThan(0.7 * 60);
  expect(Math.max(...settled)).toBeLessThan(1.4 * 60);
});

test("after a second without frames it goes on from where it waited, and catches up without a jump", () => {
  const held = (i: number) => (i >= 60 && i < 80 ? 1000 * (80 - i) * 0.05 : 0);
  const drawn = play(playoutFor(60, 20), arrivals(60, 20, 10, held), 10_000);
  const all = paces(after(drawn, 1000));
  expect(Math.min(...all)).toBe(0);
  expect(Math.max(...all)).toBeLessThan(2.1 * 60);
  const behind = after(drawn, 8000).map(({ at, shown }) => (60 * at) / 1000 - shown);
  expect(Math.max(...behind)).toBeLessThan(2.5 * 60 * 0.05);
});

test("a server that makes a third of its frames is followed evenly, and its pace is measured", () => {
  const playout = playoutFor(60, 20);
  const slow = arrivals(20, 20 / 3, 11);
  const drawn = play(playout, slow, 10_000);
  const settled = paces(after(drawn, 4000));
  expect(playout.pace).toBeCloseTo(20, 0);
  expect(Math.min(...settled)).toBeGreaterThan(0.85 * 20);
  expect(Math.max(...settled)).toBeLessThan(1.15 * 20);
});

test("a pause ends at the last frame, and is not taken for a slow run afterwards", () => {
  const playout = playoutFor(60, 20);
  const before = play(playout, arrivals(60, 20, 5), 15_000);
  expect(before.at(-1)?.shown).toBeCloseTo(60 * 4.95, 6);
  playout.interrupt();
  const resumed = arrivals(60, 20, 5).map(({ at, elapsed }) => ({ at: at + 15_000, elapsed: elapsed + 60 * 5 }));
  const drawn = play(playout, resumed, 20_000, 15_000);
  expect(playout.pace).toBeCloseTo(60, 0);
  const all = paces(after(drawn, 15_100));
  expect(Math.min(...all)).toBeGreaterThan(0.5 * 60);
  expect(Math.max(...all)).toBeLessThan(1.5 * 60);
});

test("another speed is followed within a few frames, up and down", () => {
  for (const [from, to] of [
    [1, 3600],
    [3600, 1],
  ] as const) {
    const playout = playoutFor(from, 20);
    play(playout, arrivals(from, 20, 3), 3000);
    playout.expect(to, 0.05);
    const start = from * 3;
    const changed = arrivals(to, 20, 3).map(({ at, elapsed }) => ({ at: at + 3000, elapsed: elapsed + start }));
    const drawn = play(playout, changed, 6000, 3000);
    const settled = paces(after(drawn, 3500));
    expect(Math.min(...settled)).toBeGreaterThan(0.8 * to);
    expect(Math.max(...settled)).toBeLessThan(1.25 * to);
  }
});

test("far behind, as after a while in the background, it skips instead of hurrying for long", () => {
  const playout = playoutFor(60, 20);
  play(playout, arrivals(60, 20, 2), 2000);
  for (const { at, elapsed } of arrivals(60, 20, 60)) if (at > 2000) playout.push(frameAt(elapsed), at);
  const drawn = play(playout, [], 60_500, 60_000);
  expect(60 * 60 - (drawn[0]?.shown ?? 0)).toBeLessThan(60 * 2.6);
});

test("frames from an earlier time are shown at once", () => {
  const playout = playoutFor(60, 20);
  play(playout, arrivals(60, 20, 3), 3000);
  playout.push(frameAt(10), 3010);
  playout.advance(3020);
  expect(playout.shown).toBe(10);
});

test("a page that can draw but once in two seconds keeps up", () => {
  const playout = playoutFor(60, 20);
  let behind = 0;
  arrivals(60, 20, 20).forEach(({ at, elapsed }, i) => {
    playout.push(frameAt(elapsed), at);
    if (i % 40 === 0) playout.advance(at);
    if (i > 40 && i % 40 === 0) behind = Math.max(behind, elapsed - (playout.shown ?? 0));
  });
  expect(behind).toBeLessThan(60 * 0.6);
});
