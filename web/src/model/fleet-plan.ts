/** Fleets to be made: how each figure is distributed, drawn with a seed so that the same plan gives the same fleet. */

import { TRUCK_FIELDS, type TruckField } from "../generated/server";
import { outside } from "./generation";

export type Distribution =
  | { kind: "fixed"; value: number }
  | { kind: "uniform"; low: number; high: number }
  | { kind: "choice"; values: number[] };

type PlannedName = keyof typeof TRUCK_FIELDS;

export interface PlanField extends TruckField {
  name: PlannedName;
  start: Distribution;
}

const STARTS: [PlannedName, Distribution][] = [
  ["capacity", { kind: "choice", values: [18, 24, 32] }],
  ["max_speed_kph", { kind: "choice", values: [80, 85, 90] }],
  ["fuel_tank_capacity_l", { kind: "choice", values: [200, 300, 400] }],
  ["risk_factor", { kind: "uniform", low: 0.2, high: 0.8 }],
  ["initial_balance_ducats", { kind: "fixed", value: 1000 }],
];

/** What people may say of a truck here, with the bounds of the server and what the form begins with. */
export const PLAN_FIELDS: PlanField[] = STARTS.map(([name, start]) => ({ name, start, ...TRUCK_FIELDS[name] }));

export function planComplaint(field: PlanField, d: Distribution): string | null {
  const numbers = d.kind === "fixed" ? [d.value] : d.kind === "uniform" ? [d.low, d.high] : d.values;
  if (numbers.length === 0 || numbers.some((value) => !Number.isFinite(value))) return "numbers are needed";
  const wrong = numbers.map((value) => outside(field, value)).find((text) => text !== null);
  if (wrong !== undefined) return wrong;
  if (d.kind === "uniform" && d.low > d.high) return "smallest first";
  return null;
}

/** A small generator of random numbers with a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function draw(d: Distribution, random: () => number): number {
  if (d.kind === "fixed") return d.value;
  if (d.kind === "choice") return d.values[Math.floor(random() * d.values.length)] as number;
  return Number((d.low + (d.high - d.low) * random()).toFixed(3));
}

/** Return as many ids "truck-0001" as wanted that nobody bears yet. */
export function freeIds(prefix: string, count: number, taken: ReadonlySet<string>): string[] {
  const ids: string[] = [];
  for (let i = 1; ids.length < count; i += 1) {
    const id = `${prefix}${String(i).padStart(4, "0")}`;
    if (!taken.has(id)) ids.push(id);
  }
  return ids;
}
