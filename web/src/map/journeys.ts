/** What the selection has to show on the map: a truck's route and stops, a package's way. */

import type { World } from "../model/world";

export interface Stop {
  x: number;
  y: number;
  /** What stands in the marker: the number of the stop, or A and B. */
  text: string;
}

export interface Journey {
  /** The road ahead, x and y each; the first point is where the truck is. */
  route: [number, number][];
  /** Straight lines between stops that are not yet routed. */
  legs: [number, number][][];
  stops: Stop[];
  /** The truck at whose present place the route begins. */
  truck: string | null;
}

export function journeyOf(world: World): Journey | null {
  const selected = world.selection.value;
  if (selected?.kind === "truck") return truckJourney(world);
  if (selected?.kind === "package") return packageJourney(world, selected.id);
  return null;
}

function truckJourney(world: World): Journey | null {
  const truck = world.described.value;
  const roads = world.map.value;
  if (truck === null || roads === null) return null;
  const route = truck.route.map((node) => roads.nodePosition(node)).filter((point) => point !== null);
  const stops: Stop[] = [];
  for (const task of truck.delivery_queue) {
    const place = roads.buildings.get(task.site_id);
    if (place !== undefined) stops.push({ x: place.x, y: place.y, text: String(stops.length + 1) });
  }
  const end = route.at(-1);
  const legs: [number, number][][] = [];
  let from = end;
  for (const stop of stops) {
    const to: [number, number] = [stop.x, stop.y];
    if (from !== undefined && (from[0] !== to[0] || from[1] !== to[1])) legs.push([from, to]);
    from = to;
  }
  return { route, legs, stops: gathered(stops), truck: truck.id };
}

function packageJourney(world: World, id: string): Journey | null {
  const found = world.packages.get(id);
  const roads = world.map.value;
  if (found === undefined || roads === null) return null;
  const origin = roads.buildings.get(found.origin_site);
  const destination = roads.buildings.get(found.destination_site);
  const stops: Stop[] = [];
  if (origin !== undefined) stops.push({ x: origin.x, y: origin.y, text: "A" });
  if (destination !== undefined) stops.push({ x: destination.x, y: destination.y, text: "B" });
  const points: [number, number][] = stops.map((stop) => [stop.x, stop.y]);
  const truck = found.status === "IN_TRANSIT" || found.status === "WAITING_PICKUP" ? found.truck : null;
  const at = truck === null ? undefined : world.fleet.at(truck);
  if (at !== undefined) {
    const here: [number, number] = [world.fleet.x[at] as number, world.fleet.y[at] as number];
    if (found.status === "IN_TRANSIT") points.splice(1, 0, here);
    else points.unshift(here);
  }
  return { route: [], legs: points.length > 1 ? [points] : [], stops, truck: null };
}

/** Stops at the same place share one marker: "1, 3". */
function gathered(stops: Stop[]): Stop[] {
  const places = new Map<string, Stop>();
  for (const stop of stops) {
    const key = `${stop.x} ${stop.y}`;
    const there = places.get(key);
    if (there === undefined) places.set(key, { ...stop });
    else there.text += `, ${stop.text}`;
  }
  return [...places.values()];
}
