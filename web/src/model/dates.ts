/** The dates of a world that has some: what calendar and clocks on the wall show at its clock seconds. */

import type { CalendarData } from "../protocol/messages";

const DAY_S = 86_400;
const DAY_MS = 86_400_000;

export class Dates {
  private readonly firstDay: number;
  private readonly offsets: [number, number][];

  /** `startOfDay`: clock seconds at the start of the run. */
  constructor(
    calendar: CalendarData,
    private readonly startOfDay: number,
  ) {
    this.firstDay = Date.parse(`${calendar.first_date}T00:00:00Z`);
    this.offsets = calendar.offsets;
  }

  /** How far clocks have been put forward (or back, negative) since the start, at a simulated instant: seconds. */
  shift(elapsed: number): number {
    const first = this.offsets[0]?.[1] ?? 0;
    let found = first;
    for (const [since, offset] of this.offsets) {
      if (since > elapsed) break;
      found = offset;
    }
    return found - first;
  }

  /** What clocks show at clock seconds that run on evenly, as seconds since midnight of the first day. */
  shown(clockSeconds: number): number {
    return clockSeconds + this.shift(clockSeconds - this.startOfDay);
  }

  /** The date at clock seconds, at midnight UTC, to be written out as a date of UTC. */
  date(clockSeconds: number): Date {
    return new Date(this.firstDay + Math.floor(this.shown(clockSeconds) / DAY_S) * DAY_MS);
  }
}
