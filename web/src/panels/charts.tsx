/** Charts over simulated time, since this page was opened. */

import { useContext } from "preact/hooks";
import { STATE_TEXT, STATES } from "../model/activities";
import * as format from "../model/format";
import type { Column } from "../model/series";
import { Chart, type Line } from "../ui/chart";
import { Context } from "../ui/context";
import { Button, download } from "../ui/parts";

interface Definition {
  title: string;
  columns: Column[];
  lines: Line[];
  stacked?: boolean;
  range?: [number, number];
  show?(value: number | null): string;
}

const DEFINITIONS: Definition[] = [
  {
    title: "Packages now",
    columns: ["waiting", "in_transit"],
    lines: [
      { name: "Waiting", colour: "state-waiting", fill: true },
      { name: "In transit", colour: "state-driving", fill: true },
    ],
  },
  {
    title: "Packages so far",
    columns: ["delivered", "expired"],
    lines: [
      { name: "Delivered", colour: "state-resting", fill: true },
      { name: "Expired", colour: "state-stranded" },
    ],
  },
  {
    title: "On-time share",
    columns: ["on_time_share"],
    lines: [{ name: "On time", colour: "state-resting", fill: true }],
    range: [0, 1],
    show: (value) => format.percent(value),
  },
  {
    title: "Trucks by state",
    columns: STATES.map((state) => `trucks_${state}` as const),
    lines: STATES.map((state) => ({ name: STATE_TEXT[state], colour: `state-${state}` })),
    stacked: true,
  },
  {
    title: "Distance (km)",
    columns: ["km"],
    lines: [{ name: "Driven", colour: "state-driving", fill: true }],
  },
  {
    title: "Fuel (L) and CO₂ (kg)",
    columns: ["litres", "co2_kg"],
    lines: [
      { name: "Litres", colour: "state-fuelling", fill: true },
      { name: "CO₂ in kg", colour: "state-idle" },
    ],
  },
  {
    title: "Money (ducats)",
    columns: ["balance", "revenue", "costs"],
    lines: [
      { name: "Broker's balance", colour: "state-driving" },
      { name: "Paid for deliveries", colour: "state-resting" },
      { name: "Fuel, fines, rescues", colour: "state-stranded" },
    ],
  },
];

export function Charts() {
  const { world } = useContext(Context);
  world.summary.value;
  const { series } = world;
  const wall = (hours: number) => {
    const { day, seconds } = world.wall(hours * 3600);
    return `${day > 1 ? `day ${day} ` : ""}${format.clockTime(seconds).slice(0, 5)}`;
  };
  return (
    <>
      <div class="panel-tools">
        <p class="muted">
          {world.replay.playing.value ? "Since the last jump on the time line" : "Since this page was opened"}
        </p>
        <Button
          small
          icon="download"
          onClick={() => download("spine-figures.csv", new Blob([series.csv()], { type: "text/csv" }))}
        >
          All figures as CSV
        </Button>
      </div>
      {DEFINITIONS.map((definition) => (
        <Chart
          key={definition.title}
          title={definition.title}
          lines={definition.lines}
          hours={series.column("hours")}
          values={definition.columns.map((name) => series.column(name))}
          stacked={definition.stacked ?? false}
          show={definition.show ?? format.short}
          wall={wall}
          version={series.version}
          {...(definition.range === undefined ? {} : { range: definition.range })}
        />
      ))}
    </>
  );
}
