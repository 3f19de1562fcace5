/** Figures over simulated time, of bounded size: when full, every other row goes. */

import type { Summary } from "../protocol/messages";
import { STATES } from "./activities";

export const COLUMNS = [
  "hours",
  "waiting",
  "in_transit",
  "delivered",
  "expired",
  "on_time_share",
  "km",
  "litres",
  "co2_kg",
  "balance",
  "revenue",
  "costs",
  ...STATES.map((state) => `trucks_${state}` as const),
] as const;
export type Column = (typeof COLUMNS)[number];

const MOST_ROWS = 1600;

/** The sum of what is known; null when nothing is. */
function sum(...values: (number | null | undefined)[]): number | null {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

export class Series {
  private readonly columns = new Map<Column, (number | null)[]>(COLUMNS.map((name) => [name, []]));
  version = 0;

  get length(): number {
    return this.column("hours").length;
  }

  column(name: Column): (number | null)[] {
    return this.columns.get(name) as (number | null)[];
  }

  clear(): void {
    for (const values of this.columns.values()) values.length = 0;
    this.version += 1;
  }

  add(summary: Summary, stateCounts: number[]): void {
    const hours = summary.simulated_hours;
    // The beginning of a recording has no figures yet.
    if (hours === undefined || hours === null) return;
    const last = this.column("hours").at(-1) ?? null;
    if (last !== null && hours < last) this.clear();
    if (last === hours) return;
    const row: Record<string, number | null> = {
      hours,
      waiting: (summary.packages_waiting ?? 0) + (summary.packages_awarded ?? 0),
      in_transit: summary.packages_aboard ?? null,
      delivered: summary.packages_delivered ?? null,
      expired: summary.packages_expired ?? null,
      on_time_share: summary.on_time_share ?? null,
      km: summary.km ?? null,
      litres: summary.litres ?? null,
      co2_kg: summary.co2_kg ?? null,
      balance: summary.broker_balance ?? null,
      revenue: summary.broker_revenue ?? null,
      costs: sum(summary.fuel_cost, summary.penalty_cost, summary.rescue_cost, summary.expiry_fines),
    };
    STATES.forEach((state, i) => {
      row[`trucks_${state}`] = stateCounts[i] ?? 0;
    });
    for (const [name, values] of this.columns) values.push(row[name] ?? null);
    if (this.length > MOST_ROWS) {
      for (const [name, values] of this.columns) {
        this.columns.set(
          name,
          values.filter((_, i) => i % 2 === 0 || i === values.length - 1),
        );
      }
    }
    this.version += 1;
  }

  csv(): string {
    const rows = [COLUMNS.join(",")];
    for (let i = 0; i < this.length; i += 1) rows.push(COLUMNS.map((name) => this.column(name)[i] ?? "").join(","));
    return `${rows.join("\n")}\n`;
  }
}
