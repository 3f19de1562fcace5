/** The simulated clock: ticks, seconds since the start, time of day. */

import type { TickData } from "../protocol/messages";

export const DAY_S = 86_400;

export class SimulatedClock {
  tick = 0;
  /** Simulated seconds since the start, as last told. */
  elapsed = 0;
  /** Simulated seconds a tick, as last seen; null before two ticks. */
  tickLength: number | null = null;
  /** Time of day of the start, seconds; noon, as long as nothing says otherwise. */
  private startOfDay = DAY_S / 2;
  /** Whether that is from a tick and a frame, or figures, of the same instant. */
  private exact = false;
  private last: TickData | null = null;

  /** Whether the time of day has ever been told. */
  get told(): boolean {
    return this.last !== null;
  }

  /** A tick was told of; `alone` when nothing else tells the simulated instant more exactly. */
  takeTick(data: TickData, alone: boolean): void {
    const before = this.last;
    if (before !== null && data.tick > before.tick) {
      this.tickLength = (wallSeconds(data) - wallSeconds(before)) / (data.tick - before.tick);
    }
    this.tick = data.tick;
    this.last = data;
    if (alone) this.elapsed = wallSeconds(data) - this.startOfDay;
  }

  takeFrame(tick: number, elapsed: number): void {
    this.tick = tick;
    this.elapsed = elapsed;
    if (this.last === null || (this.exact && this.last.tick !== tick)) return;
    this.exact = this.last.tick === tick;
    const passed = (tick - this.last.tick) * (this.tickLength ?? 0);
    this.startOfDay = Math.round(wallSeconds(this.last) + passed - elapsed);
  }

  /** What the figures of a world at rest say. */
  takeElapsed(elapsed: number): void {
    this.elapsed = elapsed;
    if (this.last === null) return;
    this.exact = true;
    this.startOfDay = Math.round(wallSeconds(this.last) - elapsed);
  }

  restart(): void {
    this.elapsed = 0;
    this.exact = false;
  }

  /** Seconds since midnight of the first day at a simulated instant. */
  sinceMidnight(instant: number): number {
    return this.startOfDay + instant;
  }

  /** Day and seconds of that day at a simulated instant. */
  wall(instant: number): { day: number; seconds: number } {
    const total = this.sinceMidnight(instant);
    return { day: Math.floor(total / DAY_S) + 1, seconds: total - Math.floor(total / DAY_S) * DAY_S };
  }
}

/** Seconds since midnight of the first day. */
function wallSeconds(data: TickData): number {
  return (data.day - 1) * DAY_S + data.time * 3600;
}
