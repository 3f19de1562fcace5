/** The inspector: what is selected, with live values and what can be done with it. */

import { useContext, useState } from "preact/hooks";
import type { Reference } from "../model/feed";
import { Context } from "../ui/context";
import { Icon, type IconName } from "../ui/icon";
import { Button, Problem, useAction } from "../ui/parts";
import { BuildingInspector } from "./inspect-building";
import { BrokerInspector, PackageInspector } from "./inspect-package";
import { TruckInspector } from "./inspect-truck";

const KIND_TEXT = { truck: "Truck", building: "Facility", package: "Order", broker: "Broker" } as const;

export function Inspector() {
  const { world, bench } = useContext(Context);
  const selected = world.selection.value;
  if (selected === null) return null;
  const { title, kind, icon } = headOf(selected, world.map.value?.buildings.get(selected.id)?.data);
  return (
    <section class="panel inspector" aria-label={`Inspector: ${title}`}>
      <header class="panel-head">
        <span class={`plate ${icon}`}>
          <Icon name={icon} size={20} />
        </span>
        <div class="titles">
          <h2>{title}</h2>
          <p class="muted">{kind}</p>
        </div>
        <Button icon="close" label="Close the inspector" onClick={() => world.select(null)} />
      </header>
      <div class="panel-body" key={`${selected.kind} ${selected.id}`}>
        {selected.kind === "truck" && <TruckInspector id={selected.id} />}
        {selected.kind === "building" && <BuildingInspector id={selected.id} />}
        {selected.kind === "package" && <PackageInspector id={selected.id} />}
        {selected.kind === "broker" && <BrokerInspector />}
        {bench.view !== null && selected.kind !== "package" && !world.replay.playing.value && (
          <Remove reference={selected} />
        )}
      </div>
    </section>
  );
}

function headOf(
  selected: Reference,
  building: { type: string; name?: string } | undefined,
): { title: string; kind: string; icon: IconName } {
  if (selected.kind !== "building" || building === undefined) {
    const icon: IconName = selected.kind === "building" ? "site" : selected.kind;
    return { title: selected.id, kind: KIND_TEXT[selected.kind], icon };
  }
  const icon = building.type as "site" | "parking" | "gas_station";
  const kind = { site: "Site", parking: "Parking", gas_station: "Fuel station" }[icon];
  return {
    title: building.name ?? selected.id,
    kind: building.name === undefined ? kind : `${kind} · ${selected.id}`,
    icon,
  };
}

/** Deleting asks once more, in place. */
function Remove({ reference }: { reference: Reference }) {
  const { world } = useContext(Context);
  const action = useAction();
  const [asking, setAsking] = useState(false);
  const what = { truck: "truck", building: "facility", broker: "broker", package: "package" }[reference.kind];
  const remove = async () => {
    const done = await action.run(() =>
      reference.kind === "building"
        ? world.ask("building.delete", { building_id: reference.id })
        : world.ask("agent.delete", { agent_id: reference.id }),
    );
    if (done) {
      world.notify(`Deleted ${what} ${reference.id}.`);
      world.select(null);
    }
  };
  return (
    <footer class="remove">
      {asking ? (
        <fieldset class="confirm" aria-label={`Delete this ${what}?`}>
          <span>Delete this {what}?</span>
          <Button kind="danger" small busy={action.busy} onClick={() => void remove()}>
            Delete
          </Button>
          <Button small onClick={() => setAsking(false)}>
            Keep
          </Button>
        </fieldset>
      ) : (
        <Button icon="trash" small onClick={() => setAsking(true)}>
          {`Delete this ${what}`}
        </Button>
      )}
      <Problem text={action.error} />
    </footer>
  );
}
