/** Where a playback stands, and whether there is one. */

import { expect, test } from "vitest";
import { Replay } from "../src/model/replay";

const STATUS = { begin: 100, end: 1000, now: 200 };

test("a playback goes on at its speed until its end, and stands when it is held", () => {
  const replay = new Replay();
  replay.take(STATUS, 5000);
  expect(replay.at(60, 7000)).toBe(320);
  expect(replay.at(0, 7000)).toBe(200);
  expect(replay.at(60, 60_000)).toBe(1000);
});

test("a lost connection does not end it, a server with a live world does", () => {
  const replay = new Replay();
  replay.take(STATUS, 0);
  replay.doubt();
  expect(replay.playing.value).toBe(true);
  replay.take(STATUS, 0);
  replay.settle();
  expect(replay.playing.value).toBe(true);
  replay.doubt();
  replay.settle();
  expect(replay.playing.value).toBe(false);
});
