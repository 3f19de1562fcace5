/** The series of charts: rows are added in order, sums are of what is known, and too many rows are asked for anew. */

import { expect, test } from "vitest";
import { Series } from "../src/model/series";

const COLUMNS = (times: number[]) => ({
  time_s: times,
  packages_waiting: times.map((time) => time / 100),
  packages_awarded: times.map(() => 2),
  trucks_idle: times.map(() => 3),
  trucks_parked: times.map(() => null),
});

test("rows of later times go on where the last ones ended", () => {
  const series = new Series();
  expect(series.after).toBe(null);
  series.take({ complete: true, columns: COLUMNS([100, 200]) }, null);
  expect(series.after).toBe(200);
  series.take({ complete: true, columns: COLUMNS([300]) }, 200);
  series.take({ complete: true, columns: COLUMNS([]) }, 300);
  expect(series.times).toEqual([100, 200, 300]);
  expect(series.column("waiting")).toEqual([3, 4, 5]);
  expect(series.csv().split("\n").slice(0, 2)).toEqual([
    "time_s,packages_waiting,packages_awarded,trucks_idle,trucks_parked",
    "100,1,2,3,",
  ]);
});

test("trucks of a state are those of its activities, as far as known; what is not known at all is nothing", () => {
  const series = new Series();
  series.take({ complete: true, columns: COLUMNS([100, 200]) }, null);
  expect(series.column("trucks_in_idle")).toEqual([3, 3]);
  expect(series.column("otif_share")).toEqual([null, null]);
  expect(series.column("costs")).toEqual([null, null]);
});

test("of more rows than can be drawn all are asked for anew", () => {
  const series = new Series();
  const times = Array.from({ length: 1601 }, (_, i) => i);
  series.take({ complete: true, columns: COLUMNS(times) }, null);
  expect(series.after).toBe(null);
  series.take({ complete: true, columns: COLUMNS([5, 1600]) }, null);
  expect(series.times).toEqual([5, 1600]);
});
