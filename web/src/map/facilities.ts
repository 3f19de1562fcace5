/** Facilities as the map draws them: those at one junction stand around it, so that each is seen and can be clicked on. */

import type { PlacedBuilding, RoadMap } from "../model/roads";

export interface FacilityItem {
  reference: { kind: "building"; id: string };
  place: PlacedBuilding;
  position: [number, number];
  /** How far it is drawn from its junction, in sizes of its sign: to the right, down. */
  offset: [number, number];
}

const known = new WeakMap<RoadMap, { size: number; items: Map<string, FacilityItem> }>();
/** Distance of neighbours around a junction, in sizes of a sign. */
const GAP = 1.08;

export function facilityItems(roads: RoadMap): Map<string, FacilityItem> {
  const before = known.get(roads);
  if (before !== undefined && before.size === roads.buildings.size) return before.items;
  const atNode = new Map<number, PlacedBuilding[]>();
  for (const place of roads.buildings.values()) {
    const there = atNode.get(place.node);
    if (there === undefined) atNode.set(place.node, [place]);
    else there.push(place);
  }
  const items = new Map<string, FacilityItem>();
  for (const places of atNode.values()) {
    places.forEach((place, i) => {
      const { id } = place.data;
      const offset = around(i, places.length);
      items.set(id, { reference: { kind: "building", id }, place, position: [place.x, place.y], offset });
    });
  }
  known.set(roads, { size: roads.buildings.size, items });
  return items;
}

/** The place of one of several on a ring on which neighbours do not touch; one alone stands in the middle. */
export function around(index: number, count: number): [number, number] {
  if (count === 1) return [0, 0];
  const radius = GAP / 2 / Math.sin(Math.PI / count);
  const angle = Math.PI + (2 * Math.PI * index) / count;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}
