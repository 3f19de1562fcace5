/**
 * Plays position frames back evenly, though they come in fits and starts.
 *
 * What is shown lies between two frames and moves from one to the next in the time that usually passes between frames, whatever simulated
 * time lies between them: so a change of speed needs no time to be learnt. It trails the newest frame by one such interval and a margin
 * for late frames. When frames are late it waits at the last one and goes on from there; when many come at once it hurries: it never jumps,
 * unless it has fallen so far behind that hurrying would take too long.
 */

import type { PositionFrame } from "../protocol/positions";

/** What of a frame is shown. */
export type Snapshot = Pick<PositionFrame, "elapsed" | "count" | "x" | "y" | "heading" | "activity" | "load">;

export interface Between {
  before: Snapshot;
  after: Snapshot;
  /** How far from one to the other, 0..1. */
  share: number;
}

/** The margin for late frames is half an interval within these bounds, seconds. */
const SMALLEST_MARGIN_S = 0.05;
const LARGEST_MARGIN_S = 0.25;
/** Being early or late is made up in about this time, by playing slower or faster within bounds. */
const CORRECTION_S = 0.5;
const SLOWEST = 0.6;
const FASTEST = 2;
/** Further behind than this, it skips. */
const MOST_BEHIND_S = 2.5;
/** Pace and interval are measured over a window of arrivals: its length in seconds, and the fewest arrivals in it. */
const MEASURED_S = 3;
const FEWEST_MEASURED = 4;

export class Playout {
  /** The simulated instant shown, seconds since the start; null before the first frame. */
  shown: number | null = null;
  private frames: Snapshot[] = [];
  /** How far from the first frame to the second. */
  private share = 0;
  private arrivals: { elapsed: number; at: number }[] = [];
  private speed = 1;
  private expected = 0.05;
  private lastAdvance = 0;

  /** What the server was told: simulated seconds per real second, real seconds between frames. Measuring begins anew. */
  expect(speed: number, interval: number): void {
    this.speed = speed;
    this.expected = interval;
    this.interrupt();
  }

  /** The run was held or goes on: the time between the frames before and after says nothing. */
  interrupt(): void {
    this.arrivals = [];
  }

  /** Forget all frames; the next one is shown at once. */
  clear(): void {
    this.frames = [];
    this.share = 0;
    this.interrupt();
  }

  get empty(): boolean {
    return this.frames.length === 0;
  }

  /** Go on from what is shown now, whatever frames there were; without an instant it lies one interval before the next frame. */
  goOnFrom(shown: Omit<Snapshot, "elapsed">, next: Snapshot): void {
    this.clear();
    this.frames.push({ ...shown, elapsed: this.shown ?? next.elapsed - this.speed * this.expected });
  }

  push(frame: Snapshot, nowMs: number): void {
    const last = this.frames.at(-1);
    if (last !== undefined && frame.elapsed < last.elapsed) this.clear();
    this.frames.push(frame);
    this.arrivals.push({ elapsed: frame.elapsed, at: nowMs });
    const oldest = nowMs - MEASURED_S * 1000;
    while (this.arrivals.length > FEWEST_MEASURED && (this.arrivals[0] as { at: number }).at < oldest) {
      this.arrivals.shift();
    }
    if ((this.frames.length - 1 - this.share) * this.interval > MOST_BEHIND_S) {
      const kept = Math.max(2, Math.ceil((this.interval + this.margin) / this.interval) + 1);
      this.frames.splice(0, this.frames.length - kept);
      this.share = 0;
    }
  }

  /** Measured simulated seconds per real second; null as long as too little was seen. */
  get pace(): number | null {
    const first = this.arrivals[0];
    const last = this.arrivals.at(-1);
    if (first === undefined || last === undefined || this.arrivals.length < FEWEST_MEASURED) return null;
    return (last.elapsed - first.elapsed) / Math.max(0.001, (last.at - first.at) / 1000);
  }

  /** Move on to what is to be shown now; null when there is nothing, or nothing new. */
  advance(nowMs: number): Between | null {
    const step = Math.max(0, nowMs - this.lastAdvance) / 1000;
    this.lastAdvance = nowMs;
    const newest = this.frames.at(-1);
    if (newest === undefined) return null;
    if (this.shown === newest.elapsed && this.frames.length === 1) return null;
    const { interval } = this;
    const arrived = this.arrivals.at(-1)?.at ?? nowMs;
    // Just after a frame there is one more to play, just before the next one interval has passed: the sum is steady.
    const since = Math.min(1.5 * interval, Math.max(0, (nowMs - arrived) / 1000));
    const backlog = (this.frames.length - 1 - this.share) * interval + since;
    const early = backlog - (interval + this.margin);
    const rate = Math.min(FASTEST, Math.max(SLOWEST, 1 + early / CORRECTION_S));
    this.share += (rate * step) / interval;
    while (this.share >= 1 && this.frames.length > 1) {
      this.frames.shift();
      this.share -= 1;
    }
    if (this.frames.length === 1) this.share = 0;
    const before = this.frames[0] as Snapshot;
    const after = this.frames[1] ?? before;
    this.shown = before.elapsed + (after.elapsed - before.elapsed) * this.share;
    return { before, after, share: this.share };
  }

  /** Real seconds between frames. */
  private get interval(): number {
    const first = this.arrivals[0];
    const last = this.arrivals.at(-1);
    if (first === undefined || last === undefined || this.arrivals.length < FEWEST_MEASURED) return this.expected;
    return Math.max(0.005, (last.at - first.at) / 1000 / (this.arrivals.length - 1));
  }

  private get margin(): number {
    return Math.min(LARGEST_MARGIN_S, Math.max(SMALLEST_MARGIN_S, 0.5 * this.interval));
  }
}
