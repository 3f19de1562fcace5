/** Numbers, times and money as people read them; the language is the browser's when it is a kind of English. */

import type { Dates } from "./dates";

const LOCALE = navigator.languages.find((tag) => tag.startsWith("en")) ?? "en-GB";
const cache = new Map<string, Intl.NumberFormat>();

function formatter(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let found = cache.get(key);
  if (found === undefined) {
    found = new Intl.NumberFormat(LOCALE, options);
    cache.set(key, found);
  }
  return found;
}

const NOTHING = "–";
type Maybe = number | null | undefined;

export function number(value: Maybe, digits = 0): string {
  if (value === null || value === undefined) return NOTHING;
  return formatter({ maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
}

/** A short form for large numbers: 12.3K. */
export function short(value: Maybe): string {
  if (value === null || value === undefined) return NOTHING;
  if (Math.abs(value) < 10_000) return number(value, Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0);
  return formatter({ notation: "compact", maximumFractionDigits: 1 }).format(value);
}

export function percent(share: Maybe, digits = 0): string {
  if (share === null || share === undefined) return NOTHING;
  return formatter({ style: "percent", maximumFractionDigits: digits }).format(share);
}

export function unit(value: Maybe, name: string, digits = 0): string {
  if (value === null || value === undefined) return NOTHING;
  return formatter({ style: "unit", unit: name, maximumFractionDigits: digits, minimumFractionDigits: digits }).format(
    value,
  );
}

export const kilometres = (value: Maybe, digits = 0): string => unit(value, "kilometer", digits);
export const litres = (value: Maybe, digits = 0): string => unit(value, "liter", digits);
export const kilometresPerHour = (value: Maybe): string => unit(value, "kilometer-per-hour");

export function metres(value: Maybe): string {
  if (value === null || value === undefined) return NOTHING;
  return value >= 1000 ? kilometres(value / 1000, 1) : unit(value, "meter");
}

export function kilograms(value: Maybe): string {
  if (value === null || value === undefined) return NOTHING;
  return value >= 10_000 ? `${number(value / 1000, 1)} t` : unit(value, "kilogram", value < 100 ? 1 : 0);
}

export function ducats(value: Maybe, digits = 0): string {
  return value === null || value === undefined ? NOTHING : `${number(value, digits)} ducats`;
}

/** Cargo is counted in units of 0.1 t. */
export function size(value: Maybe): string {
  return value === null || value === undefined ? NOTHING : `${number(value, 1)} units (${number(value / 10, 2)} t)`;
}

/** A label of the server's, with a capital letter. */
export function sentence(label: string): string {
  return label.charAt(0).toUpperCase() + label.slice(1);
}

/** 5 400 -> "1 h 30 min". */
export function duration(seconds: Maybe): string {
  if (seconds === null || seconds === undefined) return NOTHING;
  const sign = seconds < 0 ? "−" : "";
  const total = Math.abs(seconds);
  if (total < 60) return `${sign}${Math.round(total)} s`;
  const minutes = Math.round(total / 60);
  if (minutes < 60) return `${sign}${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${sign}${hours} h` : `${sign}${hours} h ${minutes % 60} min`;
  return `${sign}${number(hours / 24, 1)} days`;
}

/** How late something is: a whole time, or that it is not. */
export function lateness(seconds: Maybe): string {
  return seconds === 0 ? "in time" : duration(seconds);
}

let dates: Dates | null = null;

/** From now on times are those of a world with these dates, or of one without. */
export function useDates(found: Dates | null): void {
  dates = found;
}

/** Clock seconds, those since midnight of the first day -> "13:05:09". */
export function clockTime(clockSeconds: number): string {
  const shown = dates === null ? clockSeconds : dates.shown(clockSeconds);
  const whole = Math.floor(((shown % 86_400) + 86_400) % 86_400);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** Clock seconds -> "day 2, 13:05" or "Tue 3 Mar 2026, 13:05". */
export function dayAndTime(clockSeconds: Maybe): string {
  if (clockSeconds === null || clockSeconds === undefined) return NOTHING;
  return `${dayName(clockSeconds)}, ${clockTime(clockSeconds).slice(0, 5)}`;
}

/** The day of clock seconds: "day 2", or "Tue 3 Mar 2026" in a world with dates. */
export function dayName(clockSeconds: number): string {
  if (dates === null) return `day ${number(dayOf(clockSeconds))}`;
  const parts = dateParts().formatToParts(dates.date(clockSeconds));
  const part = (type: string) => parts.find((found) => found.type === type)?.value ?? "";
  return `${part("weekday")} ${part("day")} ${part("month")} ${part("year")}`;
}

/** The date of clock seconds as 2026-03-03; null in a world without dates. */
export function isoDate(clockSeconds: number): string | null {
  return dates === null ? null : dates.date(clockSeconds).toISOString().slice(0, 10);
}

let dateFormat: Intl.DateTimeFormat | null = null;
function dateParts(): Intl.DateTimeFormat {
  dateFormat ??= new Intl.DateTimeFormat(LOCALE, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  return dateFormat;
}

/** The day of clock seconds; the first is 1. */
export function dayOf(clockSeconds: number): number {
  return Math.floor(clockSeconds / 86_400) + 1;
}

/** A pace like 59.7 -> "60×", 1 -> "1×", 0.25 -> "0.25×". */
export function times(value: number): string {
  return `${number(value, value < 1 ? 2 : value < 9.95 && !Number.isInteger(value) ? 1 : 0)}×`;
}
