/** Fleets to be made: how each figure is distributed, drawn with a seed so that the same plan gives the same fleet. */

export type Distribution =
  | { kind: "fixed"; value: number }
  | { kind: "uniform"; low: number; high: number }
  | { kind: "choice"; values: number[] };

export interface PlanField {
  name: string;
  label: string;
  unit?: string;
  min: number;
  max: number;
  whole?: boolean;
  start: Distribution;
}

/** `agent_data` of a truck, with what the server takes. */
export const PLAN_FIELDS: PlanField[] = [
  {
    name: "capacity",
    label: "Capacity",
    unit: "units",
    min: 4,
    max: 300,
    start: { kind: "choice", values: [18, 24, 32] },
  },
  {
    name: "max_speed_kph",
    label: "Top speed",
    unit: "km/h",
    min: 1,
    max: 1000,
    start: { kind: "choice", values: [80, 85, 90] },
  },
  {
    name: "fuel_tank_capacity_l",
    label: "Tank",
    unit: "L",
    min: 1,
    max: 1e6,
    start: { kind: "choice", values: [200, 300, 400] },
  },
  {
    name: "risk_factor",
    label: "Readiness to take risks",
    min: 0,
    max: 1,
    start: { kind: "uniform", low: 0.2, high: 0.8 },
  },
  {
    name: "initial_balance_ducats",
    label: "Balance",
    unit: "ducats",
    min: -1e15,
    max: 1e15,
    start: { kind: "fixed", value: 1000 },
  },
];

export function planComplaint(field: PlanField, d: Distribution): string | null {
  const numbers = d.kind === "fixed" ? [d.value] : d.kind === "uniform" ? [d.low, d.high] : d.values;
  if (numbers.length === 0 || numbers.some((value) => !Number.isFinite(value))) return "numbers are needed";
  if (numbers.some((value) => value < field.min || value > field.max)) return `${field.min} to ${field.max}`;
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
