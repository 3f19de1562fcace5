/** A truck: what it does, its tank, cargo, driver's hours and money, and the stops ahead. */

import { useContext } from "preact/hooks";
import { LIMITS, TRUCK_FIELDS } from "../generated/server";
import { activityName, activityText, stateOf } from "../model/activities";
import * as format from "../model/format";
import type { DeliveryTask, Truck } from "../protocol/messages";
import { Context } from "../ui/context";
import { Glyph } from "../ui/glyph";
import { Button, Facts, Meter } from "../ui/parts";
import { Ref } from "../ui/reference";

/** Hours of driving after which the rules ask for a rest. */
const DRIVING_LIMIT_H = LIMITS.drivingHours;

export function TruckInspector({ id }: { id: string }) {
  const { world } = useContext(Context);
  world.beat.value;
  const at = world.fleet.at(id);
  const truck = world.described.value;
  if (truck === null || truck.id !== id) {
    return <p class="muted">{at === undefined ? "This truck is not in the world any more." : "Asking the server…"}</p>;
  }
  const activity = activityName(at === undefined ? 0 : (world.fleet.activity[at] as number));
  const load = at === undefined ? 0 : (world.fleet.load[at] as number) / 255;
  const hours = truck.driving_time_s / 3600;
  return (
    <>
      <div class="lead">
        <span class={`state ${stateOf(activity)}`}>
          <Glyph state={stateOf(activity)} size={13} />
          {activityText(activity)}
        </span>
        <span class="lead-figure">{format.kilometresPerHour(truck.current_speed_kph)}</span>
      </div>
      <p class="where">
        <Whereabouts truck={truck} />
      </p>
      <div class="buttons">
        <Button
          icon="target"
          small
          pressed={world.follow.value}
          onClick={() => (world.follow.value = !world.follow.value)}
        >
          {world.follow.value ? "Following" : "Follow"}
        </Button>
      </div>
      <div class="gauges">
        <Gauge label="Cargo" value={`${format.percent(load)} of ${format.size(truck.capacity)}`} share={load} />
        <Gauge
          label="Fuel"
          value={`${format.number(truck.current_fuel_l)} of ${format.litres(truck.fuel_tank_capacity_l)}`}
          share={truck.current_fuel_l / truck.fuel_tank_capacity_l}
          tone={truck.current_fuel_l / truck.fuel_tank_capacity_l < 0.15 ? "bad" : ""}
        />
        {truck.is_resting ? (
          <Gauge
            label="Rest"
            value={`${format.duration(truck.resting_time_s)} of ${format.duration(truck.required_rest_s)}`}
            share={truck.resting_time_s / Math.max(1, truck.required_rest_s)}
          />
        ) : (
          <Gauge
            label="Driven since the last rest"
            value={`${format.duration(truck.driving_time_s)} of ${DRIVING_LIMIT_H} h`}
            share={hours / DRIVING_LIMIT_H}
            tone={hours > DRIVING_LIMIT_H ? "bad" : ""}
          />
        )}
        {(truck.is_loading || truck.is_unloading) && (
          <Gauge
            label={truck.is_loading ? "Loading" : "Unloading"}
            value={`${format.duration(truck.loading_progress_s)} of ${format.duration(truck.loading_target_s)}`}
            share={truck.loading_progress_s / Math.max(1, truck.loading_target_s)}
          />
        )}
      </div>
      <h3>Stops ahead</h3>
      <Tasks tasks={truck.delivery_queue} />
      <h3>On board</h3>
      <PackageList ids={truck.loaded_packages} none="Nothing is on board." />
      <h3>Figures</h3>
      <Facts
        rows={[
          ["Balance", format.ducats(truck.balance_ducats)],
          ["CO₂ so far", format.kilograms(truck.co2_emitted_kg)],
          [TRUCK_FIELDS.max_speed_kph.label, format.kilometresPerHour(truck.max_speed_kph)],
          [TRUCK_FIELDS.risk_factor.label, format.percent(truck.risk_factor)],
        ]}
      />
    </>
  );
}

function Gauge({ label, value, share, tone }: { label: string; value: string; share: number; tone?: string }) {
  return (
    <div class="gauge">
      <div class="gauge-text">
        <span>{label}</span>
        <span>{value}</span>
      </div>
      <Meter share={share} label={label} {...(tone === undefined ? {} : { tone })} />
    </div>
  );
}

function Whereabouts({ truck }: { truck: Truck }) {
  const { world } = useContext(Context);
  if (truck.current_building_id !== null) {
    return (
      <>
        at <Ref reference={{ kind: "building", id: truck.current_building_id }} />
      </>
    );
  }
  const aim = truck.is_seeking_gas_station
    ? ", looking for fuel"
    : truck.is_seeking_parking
      ? ", looking for a place to rest"
      : truck.is_seeking_idle_parking
        ? ", going to a parking to wait"
        : "";
  const edge = truck.current_edge === null ? undefined : world.map.value?.edge(truck.current_edge);
  if (edge !== undefined) {
    return (
      <>
        {format.metres(truck.edge_progress_m)} into a road of class {edge.road_class}, limit{" "}
        {format.kilometresPerHour(edge.max_speed_kph)}
        {aim}
      </>
    );
  }
  return (
    <>
      at junction {truck.current_node}
      {aim}
    </>
  );
}

function Tasks({ tasks }: { tasks: DeliveryTask[] }) {
  const { world } = useContext(Context);
  if (tasks.length === 0) return <p class="muted">No work at the moment.</p>;
  return (
    <ol class="tasks">
      {tasks.map((task, i) => (
        <li key={`${task.site_id} ${task.task_type} ${i}`} class={task.status === "IN_PROGRESS" ? "now" : ""}>
          <span class="task-number">{i + 1}</span>
          <div>
            <p>
              {task.task_type === "PICKUP" ? "Pick up at " : "Deliver to "}
              <Ref reference={{ kind: "building", id: task.site_id }} />
            </p>
            <p class="muted">
              {format.number(task.package_ids.length)} {task.package_ids.length === 1 ? "package" : "packages"}
              {task.status === "IN_PROGRESS" ? ", now" : <Arrival time={task.estimated_arrival_s} now={world.now} />}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}

/** Clock seconds both. */
function Arrival({ time, now }: { time: number | null | undefined; now: number }) {
  if (time === null || time === undefined) return null;
  return <>{`, about ${format.clockTime(time).slice(0, 5)}, in ${format.duration(Math.max(0, time - now))}`}</>;
}

const MOST_LISTED = 30;

export function PackageList({ ids, none }: { ids: string[]; none: string }) {
  if (ids.length === 0) return <p class="muted">{none}</p>;
  return (
    <ul class="ids">
      {ids.slice(0, MOST_LISTED).map((id) => (
        <li key={id}>
          <Ref reference={{ kind: "package", id }} />
        </li>
      ))}
      {ids.length > MOST_LISTED && <li class="muted">and {format.number(ids.length - MOST_LISTED)} more</li>}
    </ul>
  );
}
