/** All trucks as columns, moved between position frames on the simulated clock. */

import type { PositionFrame } from "../protocol/positions";
import { ACTIVITIES, DRIVING, STATE_INDEX, STATES } from "./activities";
import { type Between, Playout } from "./playout";

/** Top speed, metres a second: a truck that has moved farther between two frames was placed anew and did not drive. */
const FASTEST_MPS = 70;
/** Standing trucks fan out around their place so that each can be seen, pixels. */
const FAN_PIXELS = 11;
const GOLDEN_ANGLE = 2.399963;
/** Arrows turn towards a new direction by this rate, per second. */
const TURN_RATE = 26;
const LONGEST_STEP_S = 0.25;

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
  readonly playout = new Playout();
  private index = new Map<string, number>();
  private roster = -1;
  private rosterIds: string[] = [];
  private outOfStep = false;
  /** Somebody was put somewhere, came or went: the next frame goes on from what is shown. */
  private changed = false;
  /** Everybody was replaced: the next frame is shown at once. */
  private replaced = false;
  private lastAdvance = 0;
  private blades = new Float32Array(0);

  /** The simulated instant shown, seconds since the start; null before the first frame. */
  get shown(): number | null {
    return this.playout.shown;
  }

  /** Measured simulated seconds per real second; 0 as long as too little was seen. */
  get pace(): number {
    return this.playout.pace ?? 0;
  }

  /** The ids that following frames refer to. */
  setRoster(roster: number, ids: string[]): void {
    this.roster = roster;
    this.rosterIds = ids;
    this.outOfStep = false;
    this.rebuild(ids);
  }

  /** Put a truck somewhere by what an agent's form says; frames know better as soon as they come. */
  put(id: string, place: Place, load: number): void {
    let at = this.index.get(id);
    if (at === undefined) {
      this.rebuild([...this.ids, id]);
      this.outOfStep = true;
      at = this.count - 1;
    }
    this.set(at, place, load);
  }

  /** Put many at once; replaces everybody, and the instant that is shown. */
  putAll(trucks: { id: string; place: Place; load: number }[]): void {
    this.rebuild(trucks.map((truck) => truck.id));
    this.outOfStep = true;
    this.replaced = true;
    this.playout.shown = null;
    trucks.forEach((truck, i) => {
      this.set(i, truck.place, truck.load);
    });
  }

  remove(id: string): void {
    if (!this.index.has(id)) return;
    this.rebuild(this.ids.filter((other) => other !== id));
    this.outOfStep = true;
  }

  at(id: string): number | undefined {
    return this.index.get(id);
  }

  push(frame: PositionFrame, nowMs = performance.now()): void {
    if (frame.roster !== this.roster || frame.count !== this.rosterIds.length) return;
    if (this.outOfStep) this.rebuild(this.rosterIds);
    this.outOfStep = false;
    if (this.replaced) this.playout.clear();
    else if (this.changed && this.count > 0) {
      const { count, x, y, heading, activity, load } = this;
      const shown = { count, x: x.slice(), y: y.slice(), heading, activity, load };
      this.playout.goOnFrom(shown, frame);
    }
    this.changed = false;
    this.replaced = false;
    this.playout.push(frame, nowMs);
  }

  /** Move everybody to the instant to be shown now; return whether anybody moved. `nowMs` is of `performance.now()`. */
  advance(nowMs: number): boolean {
    const step = Math.min(LONGEST_STEP_S, Math.max(0, (nowMs - this.lastAdvance) / 1000));
    this.lastAdvance = nowMs;
    const between = this.changed ? null : this.playout.advance(nowMs);
    if (between !== null) this.interpolate(between, step);
    return this.easeFan(step) || between !== null;
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
    if (this.blades.length !== 2 * this.count) this.blades = bladesOf(this.count);
    const { blades, fan } = this;
    for (let i = 0; i < this.count; i += 1) {
      const reach = (fan[i] as number) * scale;
      out[2 * i] = (blades[2 * i] as number) * reach;
      out[2 * i + 1] = (blades[2 * i + 1] as number) * reach;
    }
  }

  private set(at: number, place: Place, load: number): void {
    this.x[at] = place.x;
    this.y[at] = place.y;
    this.heading[at] = place.heading;
    this.activity[at] = place.activity;
    this.load[at] = load;
    this.fan[at] = place.activity === DRIVING ? 0 : 1;
    this.changed = true;
  }

  private interpolate({ before, after, share }: Between, step: number): void {
    const most = FASTEST_MPS * (after.elapsed - before.elapsed) + 5;
    const turned = 1 - Math.exp(-TURN_RATE * step);
    const { x, y, heading } = this;
    for (let i = 0; i < after.count; i += 1) {
      const ax = before.x[i] as number;
      const ay = before.y[i] as number;
      const dx = (after.x[i] as number) - ax;
      const dy = (after.y[i] as number) - ay;
      // Who is new has no place before (not a number), and nobody drives across the map at once.
      const drives = Math.abs(dx) <= most && Math.abs(dy) <= most;
      x[i] = drives ? ax + dx * share : (after.x[i] as number);
      y[i] = drives ? ay + dy * share : (after.y[i] as number);
      if (after.activity[i] === DRIVING) {
        const old = heading[i] as number;
        let turn = (after.heading[i] as number) - old;
        turn -= 2 * Math.PI * Math.round(turn / (2 * Math.PI));
        heading[i] = old + turn * (drives ? turned : 1);
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
    this.x = new Float32Array(n).fill(Number.NaN);
    this.y = new Float32Array(n).fill(Number.NaN);
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
    this.changed = true;
  }
}

/** Return the offsets of trucks in the open fan, pixels: x and y of each. */
function bladesOf(count: number): Float32Array<ArrayBuffer> {
  const blades = new Float32Array(2 * count);
  for (let i = 0; i < count; i += 1) {
    const reach = FAN_PIXELS * (1 + 0.12 * Math.sqrt(i % 23));
    blades[2 * i] = Math.cos(i * GOLDEN_ANGLE) * reach;
    blades[2 * i + 1] = Math.sin(i * GOLDEN_ANGLE) * reach;
  }
  return blades;
}
