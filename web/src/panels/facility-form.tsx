/** A new facility: choose what, click where, say how large. The junction can be typed as well. */

import { useContext, useEffect, useState } from "preact/hooks";
import type { BuildingType } from "../protocol/messages";
import { Context } from "../ui/context";
import { Icon } from "../ui/icon";
import { Button, NumberField, Problem, TextField, useAction } from "../ui/parts";

const KINDS: { type: BuildingType; text: string }[] = [
  { type: "site", text: "Site" },
  { type: "parking", text: "Parking" },
  { type: "gas_station", text: "Fuel station" },
];

export function FacilityForm() {
  const { world, bench } = useContext(Context);
  const action = useAction();
  const [type, setType] = useState<BuildingType>("site");
  const [id, setId] = useState("");
  const [name, setName] = useState("");
  const [rate, setRate] = useState(5);
  const [capacity, setCapacity] = useState(10);
  const [factor, setFactor] = useState(1);
  const node = bench.placedNode.value;
  const placing = bench.placing.value !== null;
  useEffect(
    () => () => {
      bench.placing.value = null;
      bench.placedNode.value = null;
      bench.view?.setMark(null);
    },
    [bench],
  );
  const suggested = node === null ? "" : `${type === "gas_station" ? "fuel" : type}-${node}`;
  const create = async () => {
    const chosen = id === "" ? suggested : id;
    const own =
      type === "site"
        ? { name: name === "" ? chosen : name, activity_rate: rate, destination_weights: everybodyElse() }
        : type === "parking"
          ? { capacity }
          : { capacity, cost_factor: factor };
    const done = await action.run(() =>
      world.ask("building.create", { building_type: type, building_id: chosen, node_id: node, ...own }),
    );
    if (!done) return;
    world.notify(`Added ${chosen}.`);
    world.select({ kind: "building", id: chosen });
    setId("");
    setName("");
    bench.placedNode.value = null;
    bench.view?.setMark(null);
  };
  /** A site without destinations would never send anything: all others are equally likely at first. */
  const everybodyElse = () => {
    const sites = [...(world.map.value?.buildings.values() ?? [])]
      .filter((place) => place.data.type === "site")
      .slice(0, 150);
    return Object.fromEntries(sites.map((place) => [place.data.id, 1]));
  };
  if (world.map.value === null) return <p class="muted form">There is no map to build on yet.</p>;
  return (
    <form
      class="form"
      noValidate
      aria-label="New facility"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <fieldset class="kinds" aria-label="Kind of facility">
        {KINDS.map((kind) => (
          <label key={kind.type} class={`kind ${kind.type}`}>
            <input
              type="radio"
              name="facility-kind"
              checked={type === kind.type}
              onChange={() => {
                setType(kind.type);
                if (placing) bench.placing.value = kind.type;
              }}
            />
            <span class={`plate ${kind.type}`}>
              <Icon name={kind.type} size={18} />
            </span>
            {kind.text}
          </label>
        ))}
      </fieldset>
      <div class="place">
        <Button icon="target" pressed={placing} onClick={() => (bench.placing.value = placing ? null : type)}>
          {placing ? "Click on the map…" : node === null ? "Choose a place on the map" : "Choose another place"}
        </Button>
        <NumberField
          label="Junction"
          value={node ?? Number.NaN}
          min={0}
          step={1}
          problem={node !== null && world.map.value.nodePosition(node) === null ? "there is no such junction" : null}
          onChange={(value) => {
            bench.placedNode.value = Number.isFinite(value) ? value : null;
            const at = Number.isFinite(value) ? world.map.value?.nodePosition(value) : null;
            bench.view?.setMark(at ? { x: at[0], y: at[1] } : null);
          }}
        />
      </div>
      <div class="grid">
        <TextField label={suggested === "" ? "Id" : `Id (else ${suggested})`} value={id} onChange={setId} />
        {type === "site" && <TextField label="Name" value={name} onChange={setName} />}
        {type === "site" && (
          <NumberField label="New packages" unit="per hour" value={rate} min={0.1} onChange={setRate} />
        )}
        {type !== "site" && (
          <NumberField
            label={type === "parking" ? "Places" : "Pumps"}
            value={capacity}
            min={1}
            step={1}
            onChange={setCapacity}
          />
        )}
        {type === "gas_station" && (
          <NumberField label="Price factor" value={factor} min={0.01} step={0.05} onChange={setFactor} />
        )}
      </div>
      <Problem text={action.error} />
      <Button kind="primary" icon="plus" submit busy={action.busy} disabled={node === null}>
        {`Add the ${KINDS.find((kind) => kind.type === type)?.text.toLowerCase()}`}
      </Button>
      <p class="muted">To delete a facility, select it on the map.</p>
    </form>
  );
}
