/** The bar at the top: clock, run state, pace, search, and where the page stands with the server. */

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { LIMITS } from "../generated/server";
import * as format from "../model/format";
import { Context } from "../ui/context";
import { theme, themeChoice } from "../ui/environment";
import { Icon } from "../ui/icon";
import { Button, Problem, useAction } from "../ui/parts";
import { Search } from "./search";

const RUN_TEXT = { stopped: "Stopped", running: "Running", paused: "Paused" } as const;
const SPEEDS = [1, 10, 60, 300, 1000, 3600];
const FASTEST = LIMITS.fastestSpeed;
const SLOWEST = 0.1;
/** A measured pace below this share of the wanted one is told as a lag. */
const LAG_SHARE = 0.85;

export function Header() {
  return (
    <header class="bar">
      <div class="brand">
        <img src="./favicon.svg" alt="" width="28" height="28" />
        <h1>SPINE</h1>
      </div>
      <Clock />
      <Run />
      <PaceButton />
      <Search />
      <div class="bar-end">
        <ConnectionState />
        <TokenButton />
        <ThemeButton />
      </div>
    </header>
  );
}

function Clock() {
  const { world } = useContext(Context);
  world.beat.value;
  return (
    <div class="clock" role="timer" aria-label="Simulated time">
      <span class="clock-day">{format.sentence(format.dayName(world.now))}</span>
      <span class="clock-time">{format.clockTime(world.now)}</span>
    </div>
  );
}

/** A recording is played by its time line. */
function Run() {
  const { world } = useContext(Context);
  if (!world.replay.playing.value) return <RunControls />;
  return (
    <div class="run">
      <span class="chip recording">Recording</span>
    </div>
  );
}

function RunControls() {
  const { world } = useContext(Context);
  const action = useAction();
  const run = world.run.value;
  const act = (name: string) => void action.run(() => world.ask(name));
  return (
    <fieldset class="run" aria-label="Run">
      {run === "running" ? (
        <Button kind="primary" icon="pause" busy={action.busy} onClick={() => act("simulation.pause")}>
          Pause
        </Button>
      ) : run === "paused" ? (
        <Button kind="primary" icon="play" busy={action.busy} onClick={() => act("simulation.resume")}>
          Resume
        </Button>
      ) : (
        <Button kind="primary" icon="play" busy={action.busy} onClick={() => act("simulation.start")}>
          Start
        </Button>
      )}
      <Button
        icon="stop"
        label="Stop"
        disabled={run === "stopped"}
        busy={action.busy}
        onClick={() => act("simulation.stop")}
      />
      <span class={`chip run-${run}`} role="status">
        {RUN_TEXT[run]}
      </span>
      <Popup text={action.error} onClose={action.clear} />
    </fieldset>
  );
}

/** An error below the control it belongs to. */
function Popup({ text, onClose }: { text: string | null; onClose(): void }) {
  return (
    <div class={text === null ? "popup empty" : "popup"}>
      <Problem text={text} />
      {text !== null && <Button icon="close" label="Dismiss" small onClick={onClose} />}
    </div>
  );
}

function PaceButton() {
  const { world } = useContext(Context);
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const onDown = (event: Event) => {
      if (box.current !== null && !box.current.contains(event.target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") setOpen(false);
    };
    document.addEventListener("pointerdown", onDown);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onDown);
      document.removeEventListener("keydown", onKey);
    };
  }, [open]);
  world.beat.value;
  const wanted = world.pace.value.speed;
  const running = world.run.value === "running";
  const measured = world.fleet.pace;
  const known = running && world.connection.value.name === "open" && world.fleet.count > 0 && measured > 0;
  const behind = known && (world.lag.value !== null || measured < wanted * LAG_SHARE);
  return (
    <div class="pace" ref={box}>
      <button
        type="button"
        class={`button quiet pace-button ${behind ? "behind" : ""}`}
        aria-expanded={open}
        aria-haspopup="dialog"
        aria-label={`Pace: ${known ? `${format.times(measured)} of ` : ""}${format.times(wanted)}${behind ? ", behind" : ""}`}
        onClick={() => setOpen(!open)}
      >
        <Icon name={behind ? "warning" : "gauge"} />
        <span class="pace-text">
          {known && <b>{format.times(measured)}</b>}
          {known ? <span class="pace-wanted"> of {format.times(wanted)}</span> : format.times(wanted)}
        </span>
        <Icon name="chevron" size={14} />
      </button>
      {open && <PaceForm measured={known ? measured : null} behind={behind} />}
    </div>
  );
}

function PaceForm({ measured, behind }: { measured: number | null; behind: boolean }) {
  const { world } = useContext(Context);
  const action = useAction();
  const { speed, tick_rate } = world.pace.value;
  const set = (change: { speed?: number; tick_rate?: number }) =>
    void action.run(() => world.ask("simulation.update", change));
  const toSlider = (value: number) => Math.log(value / SLOWEST) / Math.log(FASTEST / SLOWEST);
  const fromSlider = (value: number) => Number((SLOWEST * (FASTEST / SLOWEST) ** value).toPrecision(2));
  return (
    <div class="popover" role="dialog" aria-label="Pace">
      <label class="slider">
        <span>
          Speed <output>{format.times(speed)} real time</output>
        </span>
        <input
          type="range"
          aria-label="Speed"
          min="0"
          max="1"
          step="0.005"
          value={toSlider(speed)}
          aria-valuetext={`${format.times(speed)} real time`}
          onChange={(event) => set({ speed: fromSlider(event.currentTarget.valueAsNumber) })}
        />
      </label>
      <fieldset class="presets" aria-label="Speeds">
        {SPEEDS.map((value) => (
          <Button key={value} small pressed={speed === value} onClick={() => set({ speed: value })}>
            {format.times(value)}
          </Button>
        ))}
      </fieldset>
      <label class="slider">
        <span>
          Ticks <output>{format.number(tick_rate)} a second</output>
        </span>
        <input
          type="range"
          aria-label="Ticks a second"
          min="1"
          max="100"
          step="1"
          value={tick_rate}
          onChange={(event) => set({ tick_rate: event.currentTarget.valueAsNumber })}
        />
      </label>
      <dl class="pairs">
        <dt>Wanted</dt>
        <dd>{format.times(speed)}</dd>
        <dt>Measured</dt>
        <dd>{measured === null ? "–" : format.times(measured)}</dd>
        <dt>One tick is</dt>
        <dd>{format.number(speed / tick_rate, 2)} s simulated</dd>
      </dl>
      {behind && (
        <p class="note warning">
          <Icon name="warning" size={16} />
          <span>The server falls behind{world.lag.value === null ? "." : `: ${world.lag.value}.`}</span>
        </p>
      )}
      <Problem text={action.error} />
    </div>
  );
}

function ConnectionState() {
  const { world } = useContext(Context);
  const name = world.connection.value.name;
  const text = { connecting: "Connecting", open: "Live", lost: "Offline", refused: "No access" }[name];
  return (
    <span class={`connection ${name}`} role="status">
      <span class="dot" />
      {text}
    </span>
  );
}

function TokenButton() {
  const { bench, world } = useContext(Context);
  const label = world.hasToken ? "Change the access token" : "Enter an access token";
  return <Button icon="key" label={label} onClick={() => (bench.askToken.value = true)} />;
}

function ThemeButton() {
  const next = theme.value === "dark" ? "light" : "dark";
  return (
    <Button
      icon={next === "light" ? "sun" : "moon"}
      label={`Switch to the ${next} theme`}
      onClick={() => (themeChoice.value = next)}
    />
  );
}
