/** The simulated clock: ticks, seconds since the start, and clock seconds, those since midnight of the first day. */

import type { TickData, WorldNow } from "../protocol/messages";
import { Dates } from "./dates";
import { useDates } from "./format";

export const DAY_S = 86_400;

export class SimulatedClock {
  tick = 0;
  /** Simulated seconds since the start, as last told. */
  elapsed = 0;
  /** Simulated seconds a tick, as last seen; null before two ticks. */
  private tickLength: number | null = null;
  /** Clock seconds of the start; noon, as long as nothing says otherwise. */
  private startOfDay = DAY_S / 2;
  /** Whether the server has told it; a recording does not. */
  private told = false;
  /** Whether it is from a tick and a frame of the same instant. */
  private exact = false;
  private last: TickData | null = null;
  private dates: Dates | null = null;

  /** The server has said where its world stands. */
  takeWorld(now: WorldNow): void {
    this.tickLength = null;
    this.exact = false;
    this.told = false;
    this.dates = null;
    this.take(now);
    // Clocks may have been put forward or back by now: what they showed at the start is told by the dates alone.
    if (now.calendar !== undefined && now.elapsed_s !== null) {
      this.startOfDay -= new Dates(now.calendar, 0).shift(now.elapsed_s);
      this.dates = new Dates(now.calendar, this.startOfDay);
    }
    useDates(this.dates);
    if (now.elapsed_s !== null) this.elapsed = now.elapsed_s;
  }

  /** A recording stands at a time of its clock. Before its first tick nothing else tells. */
  takePlace(now: number): void {
    this.elapsed = now - this.startOfDay;
  }

  /** A tick was told of; `alone` when nothing else tells the simulated instant more exactly. */
  takeTick(data: TickData, alone: boolean): void {
    const before = this.last;
    if (before !== null && data.tick > before.tick) {
      this.tickLength = (clockSeconds(data) - clockSeconds(before)) / (data.tick - before.tick);
    }
    this.take(data);
    if (alone) this.elapsed = data.elapsed_s ?? clockSeconds(data) - this.startOfDay;
  }

  takeFrame(tick: number, elapsed: number): void {
    this.tick = tick;
    this.elapsed = elapsed;
    if (this.told || this.last === null || (this.exact && this.last.tick !== tick)) return;
    this.exact = this.last.tick === tick;
    const passed = (tick - this.last.tick) * (this.tickLength ?? 0);
    this.startOfDay = Math.round(clockSeconds(this.last) + passed - elapsed);
  }

  /** Clock seconds at a simulated instant, which is given in seconds since the start. */
  at(instant: number): number {
    return this.startOfDay + instant;
  }

  private take(data: TickData): void {
    this.tick = data.tick;
    this.last = data;
    if (data.elapsed_s === undefined || data.elapsed_s === null) return;
    this.told = true;
    // The time of day comes with ten digits: less than a millisecond is noise.
    const shift = this.dates?.shift(data.elapsed_s) ?? 0;
    this.startOfDay = Math.round((clockSeconds(data) - data.elapsed_s - shift) * 1000) / 1000;
  }
}

/** Clock seconds of a tick. */
function clockSeconds(data: TickData): number {
  return (data.day - 1) * DAY_S + data.time * 3600;
}
