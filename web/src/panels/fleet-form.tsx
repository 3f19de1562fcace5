/** A broker, one truck, or a whole fleet. */

import { useContext, useRef, useState } from "preact/hooks";
import {
  type Distribution,
  draw,
  freeIds,
  PLAN_FIELDS,
  type PlanField,
  planComplaint,
  randomFrom,
} from "../model/fleet-plan";
import * as format from "../model/format";
import { Context } from "../ui/context";
import { Button, Fill, NumberField, Problem, SelectField, TextField, useAction } from "../ui/parts";
import { Ref } from "../ui/reference";

const MOST_AT_ONCE = 20_000;
/** Requests that may be open with the server at a time. */
const MOST_OPEN = 50;
/** Actions a second; by default the server takes up to 500 of one client. */
const PER_SECOND = 350;

export function FleetForm() {
  return (
    <>
      <BrokerForm />
      <TrucksForm />
    </>
  );
}

function BrokerForm() {
  const { world } = useContext(Context);
  const action = useAction();
  const [id, setId] = useState("broker-main");
  const [balance, setBalance] = useState(10_000);
  const broker = world.broker.value;
  if (broker !== null) {
    return (
      <div class="form">
        <h3>Broker</h3>
        <p>
          <Ref reference={{ kind: "broker", id: broker.id }} /> <span class="muted">(there can be only one)</span>
        </p>
      </div>
    );
  }
  const create = async () => {
    const done = await action.run(() =>
      world.ask("agent.create", { agent_id: id, agent_kind: "broker", agent_data: { balance_ducats: balance } }),
    );
    if (done) world.notify(`Created the broker ${id}.`);
  };
  return (
    <form
      class="form"
      noValidate
      aria-label="New broker"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <h3>Broker</h3>
      <div class="grid">
        <TextField label="Id" value={id} onChange={setId} />
        <NumberField label="Balance" unit="ducats" value={balance} min={0} onChange={setBalance} />
      </div>
      <Problem text={action.error} />
      <Button icon="broker" submit busy={action.busy}>
        Create the broker
      </Button>
    </form>
  );
}

function TrucksForm() {
  const { world } = useContext(Context);
  const action = useAction();
  const [count, setCount] = useState(10);
  const [prefix, setPrefix] = useState("truck-");
  const [seed, setSeed] = useState(1);
  const [plan, setPlan] = useState<Record<string, Distribution>>(() =>
    Object.fromEntries(PLAN_FIELDS.map((f) => [f.name, f.start])),
  );
  const [done, setDone] = useState(0);
  const cancelled = useRef(false);
  const countProblem =
    Number.isInteger(count) && count >= 1 && count <= MOST_AT_ONCE ? null : `1 to ${format.number(MOST_AT_ONCE)}`;
  const wrong =
    countProblem !== null ||
    PLAN_FIELDS.some((field) => planComplaint(field, plan[field.name] as Distribution) !== null);

  const create = async () => {
    cancelled.current = false;
    setDone(0);
    const ids = count === 1 && !/[-_ ]$/.test(prefix) ? [prefix] : freeIds(prefix, count, new Set(world.fleet.ids));
    const random = randomFrom(seed);
    let made = 0;
    await action.run(async () => {
      const begun = performance.now();
      const open = new Set<Promise<unknown>>();
      let failure: Error | null = null;
      for (const [i, id] of ids.entries()) {
        if (cancelled.current || failure !== null) break;
        const data = Object.fromEntries(
          PLAN_FIELDS.map((field) => [field.name, draw(plan[field.name] as Distribution, random)]),
        );
        const asked = world
          .ask("agent.create", { agent_id: id, agent_kind: "truck", agent_data: data })
          .then(() => {
            made += 1;
          })
          .catch((error: Error) => {
            failure ??= error;
          })
          .finally(() => open.delete(asked));
        open.add(asked);
        const early = (i / PER_SECOND) * 1000 - (performance.now() - begun);
        if (early > 20) await new Promise((resolve) => window.setTimeout(resolve, early));
        if (open.size >= MOST_OPEN) await Promise.race(open);
        if (i % 20 === 0) setDone(made);
      }
      await Promise.all(open);
      setDone(made);
      if (failure !== null)
        throw new Error(
          made === 0
            ? (failure as Error).message
            : `After ${format.number(made)} trucks: ${(failure as Error).message}`,
        );
    });
    if (made > 0) world.notify(made === 1 ? `Created the truck ${ids[0]}.` : `Created ${format.number(made)} trucks.`);
  };

  return (
    <form
      class="form"
      noValidate
      aria-label="New trucks"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <h3>Trucks</h3>
      <div class="grid three">
        <NumberField
          label="How many"
          value={count}
          min={1}
          max={MOST_AT_ONCE}
          step={1}
          problem={countProblem}
          onChange={setCount}
        />
        <TextField label={count === 1 ? "Truck id" : "Ids begin with"} value={prefix} onChange={setPrefix} />
        <NumberField label="Seed" value={seed} step={1} onChange={setSeed} />
      </div>
      {PLAN_FIELDS.map((field) => (
        <DistributionField
          key={field.name}
          field={field}
          value={plan[field.name] as Distribution}
          onChange={(value) => setPlan({ ...plan, [field.name]: value })}
        />
      ))}
      <Problem text={action.error} />
      {action.busy && count > 1 && (
        <div
          class="progress"
          role="progressbar"
          aria-label="Trucks created"
          aria-valuemin={0}
          aria-valuemax={count}
          aria-valuenow={done}
        >
          <Fill class="bar-fill" share={done / count} />
        </div>
      )}
      <div class="buttons">
        <Button kind="primary" icon="truck" submit busy={action.busy} disabled={wrong}>
          {count === 1 ? "Create the truck" : `Create ${countProblem === null ? format.number(count) : ""} trucks`}
        </Button>
        {action.busy && count > 1 && <Button onClick={() => (cancelled.current = true)}>Cancel</Button>}
      </div>
      <p class="muted">Each appears at a random junction with a full tank. Same seed, same fleet.</p>
    </form>
  );
}

function DistributionField({
  field,
  value,
  onChange,
}: {
  field: PlanField;
  value: Distribution;
  onChange(value: Distribution): void;
}) {
  const problem = planComplaint(field, value);
  const change = (kind: Distribution["kind"]) => {
    const sample =
      value.kind === "fixed" ? [value.value] : value.kind === "uniform" ? [value.low, value.high] : value.values;
    const low = Math.min(...sample);
    const high = Math.max(...sample);
    if (kind === "fixed") onChange({ kind, value: low });
    else if (kind === "uniform") onChange({ kind, low, high });
    else onChange({ kind, values: sample });
  };
  return (
    <fieldset class={`distribution field ${problem === null ? "" : "bad"}`}>
      <legend>
        {field.label}
        {field.unit !== "" && <span class="unit"> {field.unit}</span>}
      </legend>
      <SelectField
        label={`Distribution of ${field.label.toLowerCase()}`}
        value={value.kind}
        options={[
          { value: "fixed", text: "all the same" },
          { value: "uniform", text: "evenly between" },
          { value: "choice", text: "one of" },
        ]}
        onChange={change}
      />
      {value.kind === "fixed" && (
        <NumberInput
          label={field.label}
          value={value.value}
          onChange={(next) => onChange({ kind: "fixed", value: next })}
        />
      )}
      {value.kind === "uniform" && (
        <>
          <NumberInput
            label={`${field.label}, least`}
            value={value.low}
            onChange={(low) => onChange({ ...value, low })}
          />
          <NumberInput
            label={`${field.label}, most`}
            value={value.high}
            onChange={(high) => onChange({ ...value, high })}
          />
        </>
      )}
      {value.kind === "choice" && (
        <input
          type="text"
          class="wide"
          aria-label={`${field.label}, values separated by commas`}
          value={value.values.join(", ")}
          onChange={(event) =>
            onChange({
              kind: "choice",
              values: event.currentTarget.value
                .split(/[,;\s]+/)
                .filter(Boolean)
                .map(Number),
            })
          }
        />
      )}
      {problem !== null && <p class="help">{problem}</p>}
    </fieldset>
  );
}

function NumberInput({ label, value, onChange }: { label: string; value: number; onChange(value: number): void }) {
  return (
    <input
      type="number"
      step="any"
      aria-label={label}
      value={Number.isFinite(value) ? value : ""}
      onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
    />
  );
}
