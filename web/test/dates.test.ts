import { describe, expect, it } from "vitest";
import { Dates } from "../src/model/dates";
import * as format from "../src/model/format";

const HOUR = 3600;
/** From Saturday, 28 March 2026, 6:00, in Warsaw, where clocks are put forward twenty hours later. */
const WARSAW = {
  first_date: "2026-03-28",
  zone: "Europe/Warsaw",
  offsets: [
    [0, HOUR],
    [20 * HOUR, 2 * HOUR],
  ] as [number, number][],
  holidays: [],
};

describe("dates", () => {
  it("follow clocks that are put forward", () => {
    const dates = new Dates(WARSAW, 6 * HOUR);
    format.useDates(dates);
    expect(format.dayAndTime(6 * HOUR)).toMatch(/^Sat 28 Mar 2026, 06:00$/);
    expect(format.dayAndTime(26 * HOUR - 1)).toMatch(/^Sun 29 Mar 2026, 01:59$/);
    expect(format.dayAndTime(26 * HOUR)).toMatch(/^Sun 29 Mar 2026, 03:00$/);
    expect(format.isoDate(47 * HOUR)).toBe("2026-03-30");
    format.useDates(null);
  });

  it("are not there in a world without", () => {
    expect(format.dayAndTime(30 * HOUR)).toBe("day 2, 06:00");
    expect(format.isoDate(30 * HOUR)).toBeNull();
  });
});
