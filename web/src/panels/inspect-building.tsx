/** A facility: who is there, who waits, what it has done. */

import { useContext } from "preact/hooks";
import { WAITING_DOCK } from "../model/activities";
import * as format from "../model/format";
import type { World } from "../model/world";
import type { Building, Site } from "../protocol/messages";
import { Context } from "../ui/context";
import { Facts, Fill, Meter } from "../ui/parts";
import { Ref } from "../ui/reference";
import { PackageList } from "./inspect-truck";

const MOST_DESTINATIONS = 5;
/** Trucks this near to a facility's junction are at it, metres. */
const AT_IT_M = 3;
const PLACES_TEXT = { site: "Docks taken", parking: "Places taken", gas_station: "Pumps taken" } as const;

export function BuildingInspector({ id }: { id: string }) {
  const { world } = useContext(Context);
  world.beat.value;
  const placed = world.map.value?.buildings.get(id);
  if (placed === undefined) return <p class="muted">This facility is not on the map any more.</p>;
  const { data } = placed;
  const taken = data.current_agents.length;
  return (
    <>
      <div class="gauges">
        <div class="gauge">
          <div class="gauge-text">
            <span>{PLACES_TEXT[data.type]}</span>
            <span>
              {format.number(taken)} of {format.number(data.capacity)}
            </span>
          </div>
          <Meter
            share={taken / data.capacity}
            tone={taken >= data.capacity ? "warn" : ""}
            label={PLACES_TEXT[data.type]}
          />
        </div>
      </div>
      <Occupants data={data} />
      {data.type === "site" && <SiteDetails site={data} waiting={waitingTrucks(world, placed.x, placed.y)} />}
      {data.type === "gas_station" && (
        <>
          <h3>Figures</h3>
          <Facts
            rows={[
              ["Revenue", format.ducats(data.balance_ducats)],
              ["Price factor", `${format.number(data.cost_factor, 2)} × the market`],
              ["Fuel price here", priceOf(world, data.cost_factor)],
            ]}
          />
        </>
      )}
      <p class="muted">Junction {placed.node}</p>
      <AlsoHere id={id} node={placed.node} />
    </>
  );
}

/** Other facilities at the same junction. */
function AlsoHere({ id, node }: { id: string; node: number }) {
  const { world } = useContext(Context);
  const others = [...(world.map.value?.buildings.values() ?? [])].filter(
    (place) => place.node === node && place.data.id !== id,
  );
  if (others.length === 0) return null;
  return (
    <>
      <h3>Also at this junction</h3>
      <ul class="ids">
        {others.map(({ data }) => (
          <li key={data.id}>
            <Ref reference={{ kind: "building", id: data.id }} />
          </li>
        ))}
      </ul>
    </>
  );
}

function priceOf(world: World, factor: number): string {
  const price = world.summary.value?.fuel_price;
  return price === null || price === undefined ? "–" : `${format.ducats(price * factor, 2)} per litre`;
}

function Occupants({ data }: { data: Building }) {
  if (data.current_agents.length === 0) return <p class="muted">No truck is here.</p>;
  return (
    <ul class="ids">
      {data.current_agents.slice(0, 40).map((truck) => (
        <li key={truck}>
          <Ref reference={{ kind: "truck", id: truck }} />
        </li>
      ))}
    </ul>
  );
}

function waitingTrucks(world: World, x: number, y: number): string[] {
  const { fleet } = world;
  const found: string[] = [];
  for (let i = 0; i < fleet.count; i += 1) {
    if (fleet.activity[i] !== WAITING_DOCK) continue;
    if (Math.hypot((fleet.x[i] as number) - x, (fleet.y[i] as number) - y) < AT_IT_M)
      found.push(fleet.ids[i] as string);
  }
  return found;
}

function SiteDetails({ site, waiting }: { site: Site; waiting: string[] }) {
  const s = site.statistics;
  const destinations = Object.entries(site.destination_weights).sort((a, b) => b[1] - a[1]);
  const total = destinations.reduce((sum, [, weight]) => sum + weight, 0);
  const heaviest = destinations[0]?.[1] ?? 1;
  return (
    <>
      {waiting.length > 0 && (
        <>
          <h3>Waiting for a dock</h3>
          <ul class="ids">
            {waiting.map((truck) => (
              <li key={truck}>
                <Ref reference={{ kind: "truck", id: truck }} />
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>
        Packages waiting <span class="count">{format.number(site.active_packages.length)}</span>
      </h3>
      <PackageList ids={site.active_packages} none="None is waiting here." />
      <h3>Since the start</h3>
      <Facts
        rows={[
          ["Generated", format.number(s.packages_generated)],
          ["Picked up", format.number(s.packages_picked_up)],
          ["Delivered to here", `${format.number(s.packages_delivered)}, ${format.ducats(s.total_value_delivered)}`],
          ["Expired", `${format.number(s.packages_expired)}, ${format.ducats(s.total_value_expired)}`],
        ]}
      />
      <h3>Demand</h3>
      <Facts
        rows={[
          ["New packages", `${format.number(site.activity_rate, 1)} per hour`],
          ["Loading", `${format.number(site.loading_rate_tonnes_per_min, 2)} t per minute`],
        ]}
      />
      {destinations.length > 0 && (
        <ul class="bars" aria-label="Where its packages go">
          {destinations.slice(0, MOST_DESTINATIONS).map(([id, weight]) => (
            <li key={id}>
              <Ref reference={{ kind: "building", id }} />
              <div class="bar-track">
                <Fill class="bar-fill" share={weight / heaviest} />
              </div>
              <span>{format.percent(weight / total)}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
