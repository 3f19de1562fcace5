/** Charts over simulated time, from the start of the run: the server's samples and how things are now. */

import { useContext, useEffect } from "preact/hooks";
import { STATE_TEXT, STATES } from "../model/activities";
import * as format from "../model/format";
import { Chart, type Line } from "../ui/chart";
import { Context } from "../ui/context";
import { Button, download } from "../ui/parts";

interface Definition {
  title: string;
  /** Names of the server's columns, or of sums of them (`Series`). */
  columns: string[];
  lines: Line[];
  stacked?: boolean;
  range?: [number, number];
  show?(value: number | null): string;
}

const DEFINITIONS: Definition[] = [
  {
    title: "On time and in full",
    columns: ["otif_share"],
    lines: [{ name: "Of all demand due", colour: "state-resting", fill: true }],
    range: [0, 1],
    show: (value) => format.percent(value),
  },
  {
    title: "Packages now",
    columns: ["waiting", "packages_aboard", "packages_overdue"],
    lines: [
      { name: "Waiting", colour: "state-waiting", fill: true },
      { name: "In transit", colour: "state-driving", fill: true },
      { name: "Overdue", colour: "state-stranded" },
    ],
  },
  {
    title: "Packages so far",
    columns: ["packages_delivered", "packages_expired", "packages_rejected"],
    lines: [
      { name: "Delivered", colour: "state-resting", fill: true },
      { name: "Expired", colour: "state-stranded" },
      { name: "Refused", colour: "state-idle" },
    ],
  },
  {
    title: "Trucks by state",
    columns: STATES.map((state) => `trucks_in_${state}`),
    lines: STATES.map((state) => ({ name: STATE_TEXT[state], colour: `state-${state}`, state })),
    stacked: true,
  },
  {
    title: "Distance of finished legs (km)",
    columns: ["km"],
    lines: [{ name: "Driven", colour: "state-driving", fill: true }],
  },
  {
    title: "Fuel (L) and CO₂ (kg) of finished legs",
    columns: ["litres", "co2_kg"],
    lines: [
      { name: "Litres", colour: "state-fuelling", fill: true },
      { name: "CO₂ in kg", colour: "state-idle" },
    ],
  },
  {
    title: "Money (ducats)",
    columns: ["broker_balance", "broker_revenue", "costs"],
    lines: [
      { name: "Broker's balance", colour: "state-driving" },
      { name: "Paid for deliveries", colour: "state-resting" },
      { name: "Fuel burnt, fines, rescues", colour: "state-stranded" },
    ],
  },
];

export function Charts() {
  const { world } = useContext(Context);
  const { series } = world.figures;
  world.figures.charted.value;
  useEffect(() => world.figures.chart(), [world]);
  const wall = (time: number) => {
    const day = format.dayOf(time);
    return `${day > 1 ? `${format.dayName(time)} ` : ""}${format.clockTime(time).slice(0, 5)}`;
  };
  return (
    <>
      <div class="panel-tools">
        <p class="muted">
          {world.replay.playing.value ? "As far as was recorded, up to the time shown" : "Since the start of the run"}
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
          times={series.times}
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
