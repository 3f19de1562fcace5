/** One chart over simulated time, drawn by uPlot, with its latest (or pointed-at) values as a legend above. */

import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { State } from "../model/activities";
import { theme } from "./environment";
import { Glyph } from "./glyph";
import { Button, download } from "./parts";

export interface Line {
  name: string;
  /** Name of a colour of the style sheet, without the dashes. */
  colour: string;
  /** The state it stands for, if it does for one: shown by its sign. */
  state?: State;
  fill?: boolean;
}

export interface ChartProps {
  title: string;
  lines: Line[];
  /** Clock seconds. */
  times: number[];
  values: (number | null)[][];
  /** Draw the lines on top of each other, as shares of a whole. */
  stacked?: boolean;
  show(value: number | null): string;
  wall(time: number): string;
  version: number;
  range?: [number, number];
}

const HEIGHT = 118;
/** Lines of a chart are told apart by their dashes as well as by their colours. */
const DASHES = [[], [6, 4], [2, 3]];
const DASH_NAMES = ["", "dashed", "dotted"];
/** Round lengths of time between the marks of the axis, seconds. */
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const LENGTHS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_S),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_S),
  ...[1, 2, 5, 7, 14, 28, 56, 112, 224].map((days) => days * DAY_S),
];
const PNG_SCALE = 2;

function colourOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function stack(values: (number | null)[][]): (number | null)[][] {
  const sums: number[] = [];
  return values.map((column) => column.map((value, i) => (sums[i] = (sums[i] ?? 0) + (value ?? 0))));
}

/** uPlot paints later series over earlier ones: the highest sum comes first. */
function dataOf(props: ChartProps): uPlot.AlignedData {
  const columns = props.stacked ? stack(props.values).toReversed() : props.values;
  return [props.times, ...columns] as unknown as uPlot.AlignedData;
}

export function Chart(props: ChartProps) {
  const { title, lines, times, values, show, wall } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const look = theme.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies(look): the colours of a theme are read from the style sheet
  useEffect(() => {
    const place = box.current;
    if (place === null) return;
    const made = new uPlot(optionsOf(latest.current, place.clientWidth, setPointed), dataOf(latest.current), place);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height: HEIGHT }));
    observer.observe(place);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [look]);
  // biome-ignore lint/correctness/useExhaustiveDependencies(props.version): rows are changed in place, the version tells
  useEffect(() => plot.current?.setData(dataOf(latest.current)), [props.version]);
  const at = pointed !== null && pointed < times.length ? pointed : times.length - 1;
  const shown = lines.map((line, i) => `${line.name} ${show(values[i]?.[at] ?? null)}`).join(", ");
  const time = times[at];
  return (
    <figure class="chart" aria-label={`${title}: ${shown}`}>
      <figcaption>
        <h3>{title}</h3>
        <span class="chart-time">{time === undefined ? "" : wall(time)}</span>
        <Button
          small
          icon="download"
          label={`Download ${title} as PNG`}
          onClick={() => plot.current && void save(plot.current, props)}
        />
      </figcaption>
      <ul class="chart-legend">
        {lines.map((line, i) => (
          <li key={line.name}>
            {line.state === undefined ? (
              <svg width="16" height="4" aria-hidden="true" class={`line-sample ${line.colour} ${DASH_NAMES[i] ?? ""}`}>
                <path d="M0 2H16" />
              </svg>
            ) : (
              <Glyph state={line.state} size={12} />
            )}
            {line.name} <b>{show(values[i]?.[at] ?? null)}</b>
          </li>
        ))}
      </ul>
      <div ref={box} class="plot" aria-hidden="true" />
    </figure>
  );
}

function optionsOf(props: ChartProps, width: number, onPoint: (index: number | null) => void): uPlot.Options {
  const lines = props.stacked ? props.lines.toReversed() : props.lines;
  const muted = colourOf("muted");
  const grid = { stroke: colourOf("line"), width: 1 };
  const font = '11px "Inter Variable", system-ui, sans-serif';
  return {
    width,
    height: HEIGHT,
    padding: [8, 6, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: "spine" }, points: { size: 6 } },
    scales: {
      x: { time: false },
      y: { range: props.range ?? ((_, low, high) => [Math.min(0, low), Math.max(1, high * 1.05)]) },
    },
    axes: [
      {
        stroke: muted,
        font,
        grid: { show: false },
        ticks: { show: false },
        size: 24,
        gap: 4,
        space: 90,
        incrs: LENGTHS,
        values: (_, ticks) => ticks.map(props.wall),
      },
      {
        stroke: muted,
        font,
        grid,
        ticks: { show: false },
        size: 46,
        gap: 6,
        space: 28,
        values: (_, ticks) => ticks.map(props.show),
      },
    ],
    series: [
      {},
      ...lines.map((line, i) => {
        const stroke = colourOf(line.colour);
        const fill = props.stacked ? stroke : line.fill ? `${stroke}26` : undefined;
        return {
          stroke,
          width: props.stacked ? 0 : 1.75,
          dash: DASHES[i] ?? [],
          // A single sample is no line yet; of a world at rest there may never be another.
          points: { show: (made: uPlot) => made.data[0].length === 1, size: 7 },
          ...(fill === undefined ? {} : { fill }),
        };
      }),
    ],
    hooks: { setCursor: [(made) => onPoint(made.cursor.idx ?? null)] },
  };
}

/** Paint the chart with title and legend onto a picture of its own. */
export function paint(plot: uPlot, props: ChartProps): HTMLCanvasElement {
  const source = plot.ctx.canvas;
  const ratio = source.width / plot.width;
  const canvas = document.createElement("canvas");
  canvas.width = (plot.width + 32) * PNG_SCALE;
  canvas.height = (plot.height + 74) * PNG_SCALE;
  const pen = canvas.getContext("2d");
  if (pen === null) return canvas;
  pen.scale(PNG_SCALE, PNG_SCALE);
  pen.fillStyle = colourOf("panel");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = colourOf("text");
  pen.font = '600 15px "Inter Variable", system-ui, sans-serif';
  pen.fillText(props.title, 16, 28);
  pen.font = '12px "Inter Variable", system-ui, sans-serif';
  let x = 16;
  for (const line of props.lines) {
    pen.fillStyle = colourOf(line.colour);
    pen.fillRect(x, 42, 12, 4);
    pen.fillStyle = colourOf("muted");
    pen.fillText(line.name, x + 17, 48);
    x += 33 + pen.measureText(line.name).width;
  }
  pen.drawImage(source, 16, 58, source.width / ratio, source.height / ratio);
  return canvas;
}

async function save(plot: uPlot, props: ChartProps): Promise<void> {
  const canvas = paint(plot, props);
  const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (picture !== null) download(`spine-${props.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.png`, picture);
}
