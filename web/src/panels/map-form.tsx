/** A new map from the 26 parameters of the generator. */

import { useContext, useEffect, useState } from "preact/hooks";
import { MAP_PRESETS } from "../generated/server";
import * as format from "../model/format";
import { complaint, type Field, GROUPS, type MapPreview, type Parameters, parametersOf } from "../model/generation";
import { Context } from "../ui/context";
import { Button, NumberField, Problem, useAction } from "../ui/parts";

const PATIENCE_MS = 120_000;
/** More than this takes the server a while; the page says so. */
const LARGE_MAP_NODES = 60_000;
/** Pause after the last key before the server is asked for a preview. */
const PREVIEW_AFTER_MS = 250;

export function MapForm() {
  const { world, bench } = useContext(Context);
  const [values, setValues] = useState<Parameters>(() => ({ ...(MAP_PRESETS[0] as { values: Parameters }).values }));
  const action = useAction();
  const stopped = world.run.value === "stopped";
  const fields = GROUPS.flatMap((group) => group.fields);
  const wrong = fields.filter((field) => complaint(field, values[field.name]) !== null);
  const present = world.map.value === null ? null : parametersOf(world.map.value.parameters);
  const create = async () => {
    const done = await action.run(async () => {
      if (!stopped) await world.ask("simulation.stop");
      await world.ask("map.create", values, PATIENCE_MS);
    });
    if (done) {
      bench.view?.fit();
      world.notify(`A new map of ${format.number(world.map.value?.nodeCount)} junctions.`);
    }
  };
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <fieldset class="presets" aria-label="Presets">
        {MAP_PRESETS.map((preset) => (
          <Button
            key={preset.name}
            small
            title={preset.about}
            pressed={same(values, preset.values)}
            onClick={() => setValues({ ...preset.values })}
          >
            {preset.name}
          </Button>
        ))}
        {present !== null && (
          <Button
            small
            title="the parameters of the map that is shown"
            pressed={same(values, present)}
            onClick={() => setValues({ ...present })}
          >
            This map
          </Button>
        )}
      </fieldset>
      <Preview values={wrong.length === 0 ? values : null} />
      {GROUPS.map((group, i) => (
        <details key={group.title} class="group" open={i === 0}>
          <summary>{group.title}</summary>
          <div class="grid">
            {group.fields.map((field) => (
              <ParameterField
                key={field.name}
                field={field}
                value={values[field.name]}
                onChange={(value) => setValues({ ...values, [field.name]: value })}
              />
            ))}
          </div>
        </details>
      ))}
      <div class="form-end">
        {wrong.length > 0 && (
          <p class="problem">Please look at: {wrong.map((field) => field.label.toLowerCase()).join(", ")}.</p>
        )}
        <Problem text={action.error} />
        <Button kind="primary" icon="map" submit busy={action.busy} disabled={wrong.length > 0}>
          {action.busy ? "Making the map…" : stopped ? "Make this map" : "Stop and make this map"}
        </Button>
        <p class="muted">Replaces the present map. Trucks stay and are placed anew; packages go.</p>
      </div>
    </form>
  );
}

function same(a: Parameters, b: Parameters): boolean {
  return Object.keys(b).every((name) => String(a[name]) === String(b[name]));
}

function ParameterField({
  field,
  value,
  onChange,
}: {
  field: Field;
  value: Parameters[string] | undefined;
  onChange(value: Parameters[string]): void;
}) {
  const problem = complaint(field, value);
  if (!field.pair) {
    return (
      <NumberField
        label={field.label}
        unit={field.unit}
        help={field.help}
        problem={problem}
        value={typeof value === "number" ? value : Number.NaN}
        min={field.min}
        max={field.max}
        step={field.step}
        onChange={onChange}
      />
    );
  }
  const [low, high] = Array.isArray(value) ? value : [0, 0];
  return (
    <fieldset class={`pair field ${problem === null ? "" : "bad"}`}>
      <legend>
        {field.label}
        {field.unit !== undefined && <span class="unit"> {field.unit}</span>}
      </legend>
      <PairInput
        label={`${field.label}, from`}
        value={low}
        field={field}
        bad={problem !== null}
        onChange={(next) => onChange([next, high])}
      />
      <span aria-hidden="true">to</span>
      <PairInput
        label={`${field.label}, to`}
        value={high}
        field={field}
        bad={problem !== null}
        onChange={(next) => onChange([low, next])}
      />
      {problem !== null && <p class="help">{problem}</p>}
    </fieldset>
  );
}

function PairInput(props: { label: string; value: number; field: Field; bad: boolean; onChange(value: number): void }) {
  return (
    <input
      type="number"
      aria-label={props.label}
      aria-invalid={props.bad ? "true" : undefined}
      value={Number.isFinite(props.value) ? props.value : ""}
      min={props.field.min}
      max={props.field.max}
      step={props.field.step}
      onInput={(event) => props.onChange(event.currentTarget.valueAsNumber)}
    />
  );
}

/** A number rounded to two digits: it is an estimate. */
function about(value: number): string {
  return format.number(Number(value.toPrecision(2)));
}

/** One or several of something. */
function counted(count: number, one: string, several: string): string {
  return `${format.number(count)} ${count === 1 ? one : several}`;
}

/** What would come out, as the server tells it; nothing is asked while a value is wrong. */
function Preview({ values }: { values: Parameters | null }) {
  const { world } = useContext(Context);
  const [found, setFound] = useState<MapPreview | string | null>(null);
  const wanted = values === null ? null : JSON.stringify(values);
  useEffect(() => {
    if (wanted === null) {
      setFound("The preview waits for values that can be used.");
      return;
    }
    let current = true;
    const timer = window.setTimeout(() => {
      world.ask("map.preview", JSON.parse(wanted) as Parameters).then(
        (data) => current && setFound(data as unknown as MapPreview),
        (error: Error) => current && setFound(error.message),
      );
    }, PREVIEW_AFTER_MS);
    return () => {
      current = false;
      window.clearTimeout(timer);
    };
  }, [world, wanted]);
  return (
    <section class="preview" aria-live="polite" aria-label="What will come out">
      {found === null || typeof found === "string" ? (
        <p class="muted">{found ?? "Asking the server…"}</p>
      ) : (
        <Told map={found} />
      )}
    </section>
  );
}

function Told({ map }: { map: MapPreview }) {
  return (
    <>
      <p>
        <b>About {about(map.nodes)} junctions</b> on {format.number(map.area_km2, map.area_km2 < 10 ? 1 : 0)} km²,{" "}
        {format.percent(map.town_km2 / map.area_km2)} of it town
      </p>
      <p>
        {counted(map.sites, "site", "sites")} · {counted(map.parkings, "parking", "parkings")} ·{" "}
        {counted(map.gas_stations, "fuel station", "fuel stations")}
      </p>
      <p class="muted">
        about {about(map.edges)} directed roads · about {about(map.packages_per_hour)} packages an hour
      </p>
      {map.sites < 2 && (
        <p class="note warning">Packages go from one site to another: nothing will move on this map.</p>
      )}
      {map.notes.map((note) => (
        <p key={note} class="muted">
          {note}
        </p>
      ))}
      {map.nodes > LARGE_MAP_NODES && <p class="note warning">A large map: making and drawing it takes a while.</p>}
    </>
  );
}
