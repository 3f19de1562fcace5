/** The time line of a recording: where it stands, and a way to any other time; there only while a recording is played. */

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { DAY_S } from "../model/clock";
import * as format from "../model/format";
import type { ReplayStatus } from "../model/replay";
import { Context } from "../ui/context";
import { Button, Problem, useAction } from "../ui/parts";

/** Round lengths of time, seconds, for marks and for steps of the keyboard. */
const LENGTHS = [
  1,
  5,
  10,
  30,
  60,
  300,
  900,
  1800,
  3600,
  10_800,
  21_600,
  43_200,
  DAY_S,
  2 * DAY_S,
  7 * DAY_S,
  28 * DAY_S,
];
const MOST_MARKS = 8;
const STEPS = 120;
const PAGES = 12;

export function Timeline() {
  const { world, bench } = useContext(Context);
  const status = world.replay.status.value;
  const playing = status !== null;
  const fitted = useRef(false);
  useEffect(() => {
    // It covers the foot of the map.
    if (playing && !fitted.current) bench.view?.fit();
    fitted.current ||= playing;
  }, [bench, playing]);
  if (status === null) return null;
  return (
    <section class="panel timeline" aria-label="Time line of the recording">
      <PlayButton />
      <Slider status={status} />
    </section>
  );
}

function PlayButton() {
  const { world } = useContext(Context);
  const action = useAction();
  const run = world.run.value;
  const [icon, label, name] = (
    {
      running: ["pause", "Pause", "simulation.pause"],
      paused: ["play", "Play", "simulation.resume"],
      stopped: ["play", "Play", "simulation.start"],
    } as const
  )[run];
  return (
    <div class="play">
      <Button
        kind="primary"
        icon={icon}
        label={label}
        busy={action.busy}
        onClick={() => void action.run(() => world.ask(name))}
      />
      <Problem text={action.error} />
    </div>
  );
}

function Slider({ status }: { status: ReplayStatus }) {
  const { world } = useContext(Context);
  world.beat.value;
  const { begin, end } = status;
  const { wanted, error, seek, release } = useSeek();
  const now = wanted ?? world.replay.at(world.run.value === "running" ? world.pace.value.speed : 0);
  const onKey = (event: KeyboardEvent) => {
    const target = targetOf(event.key, now, status);
    if (target === null) return;
    event.preventDefault();
    seek(target);
    release();
  };
  return (
    <div class="track">
      <Marks begin={begin} end={end} />
      <input
        type="range"
        aria-label="Time of the recording"
        aria-valuetext={spoken(now)}
        min={begin}
        max={end}
        step="any"
        value={now}
        onInput={(event) => seek(event.currentTarget.valueAsNumber)}
        onChange={release}
        onKeyDown={onKey}
      />
      <div class="track-text">
        <span>{spoken(begin)}</span>
        <output class="track-now">{spoken(now)}</output>
        <span>{spoken(end)}</span>
      </div>
      <Problem text={error} />
    </div>
  );
}

/**
 * Seeking while the thumb is dragged: one jump is asked for at a time, and the last place wanted wins.
 * `wanted` is where the thumb is held, null while it follows the playback.
 */
function useSeek() {
  const { world } = useContext(Context);
  const action = useAction();
  const [wanted, setWanted] = useState<number | null>(null);
  const next = useRef<number | null>(null);
  const busy = useRef(false);
  const held = useRef(false);
  const settle = () => {
    if (!held.current && !busy.current) setWanted(null);
  };
  const work = async () => {
    if (busy.current) return;
    busy.current = true;
    while (next.current !== null) {
      const time = next.current;
      next.current = null;
      await action.run(() => world.ask("replay.seek", { time }));
    }
    busy.current = false;
    settle();
  };
  return {
    wanted,
    error: action.error,
    seek(time: number) {
      held.current = true;
      setWanted(time);
      next.current = time;
      void work();
    },
    release() {
      held.current = false;
      settle();
    },
  };
}

/** Where a key of a slider leads; null for all other keys. */
function targetOf(key: string, now: number, { begin, end }: ReplayStatus): number | null {
  const step = lengthFor(end - begin, STEPS);
  const page = lengthFor(end - begin, PAGES);
  const way: Record<string, number> = {
    ArrowLeft: -step,
    ArrowDown: -step,
    ArrowRight: step,
    ArrowUp: step,
    PageDown: -page,
    PageUp: page,
    Home: -Infinity,
    End: Infinity,
  };
  const change = way[key];
  return change === undefined ? null : Math.min(end, Math.max(begin, now + change));
}

/** Return the shortest round length that divides a span into at most `parts` parts. */
function lengthFor(span: number, parts: number): number {
  return LENGTHS.find((length) => span / length <= parts) ?? span / parts;
}

function spoken(time: number): string {
  return `Day ${format.number(Math.floor(time / DAY_S) + 1)}, ${format.clockTime(time)}`;
}

/** Lines and names at round times; midnights bear the day. */
function Marks({ begin, end }: { begin: number; end: number }) {
  const length = lengthFor(end - begin, MOST_MARKS);
  const marks: number[] = [];
  for (let time = Math.ceil(begin / length) * length; time <= end; time += length) marks.push(time);
  return (
    <div class="marks" aria-hidden="true">
      {marks.map((time) => (
        <Mark key={time} time={time} share={(time - begin) / Math.max(1e-9, end - begin)} />
      ))}
    </div>
  );
}

function Mark({ time, share }: { time: number; share: number }) {
  const element = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    // By script, as the content security policy allows no style attributes.
    if (element.current !== null) element.current.style.left = `${100 * share}%`;
  }, [share]);
  const midnight = time % DAY_S === 0;
  return (
    <span ref={element} class={midnight ? "mark day" : "mark"}>
      {midnight ? `Day ${time / DAY_S + 1}` : format.clockTime(time).slice(0, 5)}
    </span>
  );
}
