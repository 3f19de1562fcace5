/**
 * All trucks as columns, moved between position frames on the simulated clock.
 *
 * A frame tells where everybody was at a simulated instant. The shown instant trails the newest frame a little and runs at the
 * measured pace, so that there is nearly always a frame on both sides of it to interpolate between: no jumps.
 */

import type { PositionFrame } from "../protocol/positions";
import { ACTIVITIES, DRIVING, STATE_INDEX, STATES } from "./activities";

const KEPT_FRAMES = 8;
/** Nobody drives faster than this, metres a second; a longer way between frames is a new place, not a drive. */
const FASTEST_MPS = 70;
/** Standing trucks fan out around their place so that each can be seen, pixels. */
const FAN_PIXELS = 11;
const GOLDEN_ANGLE = 2.399963;

export interface Place {
  x: number;
  y: number;
  heading: number;
  activity: number;
}

export class Fleet {
  ids: string[] = [];
  count = 0;
  x = new Float32Array(0);
  y = new Float32Array(0);
  heading = new Float32Array(0);
  activity = new Uint8Array(0);
  load = new Uint8Array(0);
  /** How far a truck stands out from its place, 0..1; grows and shrinks smoothly. */
  fan = new Float32Array(0);
  /** The simulated instant shown, seconds since the start; null before the first frame. */
  shown: number | null = null;
  /** Measured simulated seconds per real second. */
  pace = 0;
  private index = new Map<string, number>();
  private frames: { frame: PositionFrame; at: number }[] = [];
  private roster = -1;
  private rosterIds: string[] = [];
  private outOfStep = false;
  private interval = 0.1;
  private lastAdvance = 0;
  private settled = false;

  /** The ids that following frames refer to. */
  setRoster(roster: number, ids: string[]): void {
    this.roster = roster;
    this.rosterIds = ids;
    this.frames = [];
    this.rebuild(ids);
  }

  /** Forget everything: another world follows. */
  clear(): void {
    this.frames = [];
    this.shown = null;
    this.rebuild([]);
    this.outOfStep = true;
  }

  /** Put a truck somewhere by what an agent's form says; frames know better as soon as they come. */
  put(id: string, place: Place, load: number): void {
    let at = this.index.get(id);
    if (at === undefined) {
      this.rebuild([...this.ids, id]);
      this.outOfStep = true;
      at = this.count - 1;
    }
    this.frames = [];
    this.x[at] = place.x;
    this.y[at] = place.y;
    this.heading[at] = place.heading;
    this.activity[at] = place.activity;
    this.load[at] = load;
    this.fan[at] = place.activity === DRIVING ? 0 : 1;
    this.settled = false;
  }

  /** Put many at once; replaces everybody. */
  putAll(trucks: { id: string; place: Place; load: number }[]): void {
    this.rebuild(trucks.map((truck) => truck.id));
    this.outOfStep = true;
    for (const truck of trucks) this.put(truck.id, truck.place, truck.load);
  }

  remove(id: string): void {
    if (!this.index.has(id)) return;
    this.rebuild(this.ids.filter((other) => other !== id));
    this.frames = [];
    this.outOfStep = true;
  }

  at(id: string): number | undefined {
    return this.index.get(id);
  }

  push(frame: PositionFrame): void {
    if (frame.roster !== this.roster || frame.count !== this.rosterIds.length) return;
    if (this.outOfStep) this.rebuild(this.rosterIds);
    this.outOfStep = false;
    const now = performance.now();
    const last = this.frames.at(-1);
    if (last !== undefined && frame.elapsed <= last.frame.elapsed) {
      // Back in time: a reset or an older save. What was known before is of no use.
      if (frame.elapsed < last.frame.elapsed) this.frames = [];
      else this.frames.pop();
    }
    const before = this.frames.at(-1);
    if (before !== undefined) {
      const gap = Math.min(2, (now - before.at) / 1000);
      this.interval += (gap - this.interval) * 0.1;
    }
    this.frames.push({ frame, at: now });
    if (this.frames.length > KEPT_FRAMES) this.frames.shift();
    const first = this.frames[0];
    if (first !== undefined && this.frames.length > 1) {
      const measured = (frame.elapsed - first.frame.elapsed) / Math.max(0.001, (now - first.at) / 1000);
      this.pace = this.pace === 0 ? measured : this.pace + (measured - this.pace) * 0.06;
    }
    this.settled = false;
  }

  /** Move everybody to the instant to be shown now; return whether anybody moved. `nowMs` is of `performance.now()`. */
  advance(nowMs: number): boolean {
    const step = Math.min(0.25, Math.max(0, (nowMs - this.lastAdvance) / 1000));
    this.lastAdvance = nowMs;
    const newest = this.frames.at(-1);
    if (newest === undefined) return this.easeFan(step);
    const target = newest.frame.elapsed - this.pace * Math.max(0, 1.5 * this.interval - (nowMs - newest.at) / 1000);
    const oldest = (this.frames[0] as { frame: PositionFrame }).frame.elapsed;
    if (this.shown === null || this.shown < oldest || this.shown > newest.frame.elapsed) {
      this.shown = Math.max(oldest, Math.min(target, newest.frame.elapsed));
    } else {
      const drift = target - this.shown;
      this.shown = Math.min(
        newest.frame.elapsed,
        this.shown + Math.max(0, this.pace * step + drift * Math.min(1, step * 4)),
      );
    }
    const done = this.shown >= newest.frame.elapsed;
    if (done && this.settled) return this.easeFan(step);
    this.settled = done;
    this.interpolate(this.shown);
    this.easeFan(step);
    return true;
  }

  /** How many trucks are in each of the shown states. */
  stateCounts(): number[] {
    const byActivity = new Array<number>(ACTIVITIES.length).fill(0);
    for (let i = 0; i < this.count; i += 1) {
      const activity = this.activity[i] as number;
      byActivity[activity] = (byActivity[activity] ?? 0) + 1;
    }
    const counts = new Array<number>(STATES.length).fill(0);
    byActivity.forEach((number, activity) => {
      const state = STATE_INDEX[activity] as number;
      counts[state] = (counts[state] as number) + number;
    });
    return counts;
  }

  /** Offsets of standing trucks from their places, pixels, into `out` (x, y each). */
  fanOffsets(out: Float32Array, scale: number): void {
    for (let i = 0; i < this.count; i += 1) {
      const reach = (this.fan[i] as number) * scale * FAN_PIXELS * (1 + 0.12 * Math.sqrt(i % 23));
      out[2 * i] = Math.cos(i * GOLDEN_ANGLE) * reach;
      out[2 * i + 1] = Math.sin(i * GOLDEN_ANGLE) * reach;
    }
  }

  private interpolate(instant: number): void {
    let b = this.frames.findIndex((item) => item.frame.elapsed >= instant);
    if (b < 0) b = this.frames.length - 1;
    const after = (this.frames[b] as { frame: PositionFrame }).frame;
    const before = (this.frames[Math.max(0, b - 1)] as { frame: PositionFrame }).frame;
    const span = after.elapsed - before.elapsed;
    const share = span > 0 ? Math.min(1, Math.max(0, (instant - before.elapsed) / span)) : 1;
    const most = FASTEST_MPS * span + 5;
    const { x, y, heading } = this;
    for (let i = 0; i < after.count; i += 1) {
      const ax = before.x[i] as number;
      const ay = before.y[i] as number;
      const dx = (after.x[i] as number) - ax;
      const dy = (after.y[i] as number) - ay;
      const far = Math.abs(dx) > most || Math.abs(dy) > most;
      x[i] = far ? (after.x[i] as number) : ax + dx * share;
      y[i] = far ? (after.y[i] as number) : ay + dy * share;
      if (after.activity[i] === DRIVING) {
        const old = heading[i] as number;
        let turn = (after.heading[i] as number) - old;
        turn -= 2 * Math.PI * Math.round(turn / (2 * Math.PI));
        heading[i] = old + turn * 0.35;
      }
    }
    this.activity.set(after.activity);
    this.load.set(after.load);
  }

  private easeFan(step: number): boolean {
    const most = step * 4;
    let moved = false;
    for (let i = 0; i < this.count; i += 1) {
      const wanted = this.activity[i] === DRIVING ? 0 : 1;
      const gap = wanted - (this.fan[i] as number);
      if (gap === 0) continue;
      this.fan[i] = Math.abs(gap) <= most ? wanted : (this.fan[i] as number) + Math.sign(gap) * most;
      moved = true;
    }
    return moved;
  }

  private rebuild(ids: string[]): void {
    const old = {
      index: this.index,
      x: this.x,
      y: this.y,
      heading: this.heading,
      activity: this.activity,
      load: this.load,
      fan: this.fan,
    };
    const n = ids.length;
    this.ids = ids;
    this.count = n;
    this.x = new Float32Array(n);
    this.y = new Float32Array(n);
    this.heading = new Float32Array(n);
    this.activity = new Uint8Array(n);
    this.load = new Uint8Array(n);
    this.fan = new Float32Array(n).fill(1);
    this.index = new Map(ids.map((id, i) => [id, i]));
    ids.forEach((id, i) => {
      const from = old.index.get(id);
      if (from === undefined) return;
      this.x[i] = old.x[from] as number;
      this.y[i] = old.y[from] as number;
      this.heading[i] = old.heading[from] as number;
      this.activity[i] = old.activity[from] as number;
      this.load[i] = old.load[from] as number;
      this.fan[i] = old.fan[from] as number;
    });
    this.settled = false;
  }
}
