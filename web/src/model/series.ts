/** The figures of the run over simulated time, as the server keeps them. */

import type { SeriesData } from "../protocol/messages";
import { ACTIVITIES, STATES, stateOf } from "./activities";

type Values = (number | null)[];

/** More rows than a chart has pixels are of no use: the server is asked for all of them anew, at wider distances. */
const MOST_ROWS = 1600;

/** Columns that are put together from those of the server. */
const DERIVED: Record<string, (column: (name: string) => Values) => Values[]> = {
  waiting: (column) => [column("packages_waiting"), column("packages_awarded")],
  costs: (column) => ["fuel_burnt_cost", "penalty_cost", "rescue_cost", "expiry_fines"].map(column),
};
for (const state of STATES) {
  DERIVED[`trucks_in_${state}`] = (column) =>
    ACTIVITIES.filter((activity) => stateOf(activity) === state).map((activity) => column(`trucks_${activity}`));
}

export class Series {
  version = 0;
  private columns: Record<string, Values> = {};

  /** Clock seconds of the rows. */
  get times(): number[] {
    return (this.columns.time_s ?? []) as number[];
  }

  /** Of which time on rows are wanted; null for all of them. */
  get after(): number | null {
    const { times } = this;
    return times.length > MOST_ROWS ? null : (times.at(-1) ?? null);
  }

  column(name: string): Values {
    const parts = DERIVED[name];
    if (parts === undefined) return this.columns[name] ?? this.times.map(() => null);
    return sums(parts((part) => this.column(part)));
  }

  clear(): void {
    this.columns = {};
    this.version += 1;
  }

  /** Take what the server has answered to the question for rows after a time, or for all. */
  take({ columns }: SeriesData, after: number | null): void {
    if (after === null) this.columns = columns;
    else if (columns.time_s?.length === 0) return;
    else for (const [name, values] of Object.entries(columns)) this.columns[name]?.push(...values);
    this.version += 1;
  }

  csv(): string {
    const names = Object.keys(this.columns);
    const rows = [names.join(",")];
    this.times.forEach((_, i) => {
      rows.push(names.map((name) => this.columns[name]?.[i] ?? "").join(","));
    });
    return `${rows.join("\n")}\n`;
  }
}

/** Row by row the sum of what is known, null where nothing is. */
function sums(columns: Values[]): Values {
  return (columns[0] ?? []).map((_, i) => {
    const known = columns.map((column) => column[i]).filter((value) => value !== null && value !== undefined);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  });
}
