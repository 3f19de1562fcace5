/**
 * From which zoom on things are drawn; zooms are log2 of pixels a metre.
 *
 * What is drawn on a town's map from some zoom on would never be drawn on the map of a country, which opens far below it. So a map as a
 * whole always shows all its roads, thinner ones than near by, and icons and names come as soon as there is room for them.
 */

import type { RoadClass } from "../protocol/messages";

export interface Scale {
  /** The zoom at which the whole map is seen. */
  fitted: number;
  /** How far facilities usually are from the next one, metres. */
  spacing: number;
}

/** From here on, on any map, a class of roads is drawn at its full width. */
const ROADS_FROM: Record<RoadClass, number> = { D: -4.6, L: -5.2, Z: -6.2, G: -99, GP: -99, S: -99, A: -99 };
const ICONS_FROM = -4.2;
const NAMES_FROM = -1.6;
const ICON_PIXELS = 26;
const NAME_PIXELS = 120;
/** So far out of the view of the whole map its roads are still drawn: panels come and go, and with them what fits. */
const ROADS_SLACK = 1;
const FARTHEST = -9;
const FARTHEST_SLACK = 1.5;
const THIN = 0.6;

/** How wide roads of a class are drawn at a zoom, as a share of their usual width in pixels; 0 when they are not drawn. */
export function roadWidth(name: RoadClass, zoom: number, { fitted }: Scale): number {
  if (zoom >= ROADS_FROM[name]) return 1;
  return zoom >= fitted - ROADS_SLACK ? THIN : 0;
}

/** Facilities are dots from far away, icons where there is room for them. */
export function showsIcons(zoom: number, { spacing }: Scale): boolean {
  return zoom >= Math.min(ICONS_FROM, Math.log2(ICON_PIXELS / spacing));
}

export function showsNames(zoom: number, { spacing }: Scale): boolean {
  return zoom >= Math.min(NAMES_FROM, Math.log2(NAME_PIXELS / spacing));
}

/** How far one may go from a map. */
export function farthestZoom({ fitted }: Scale): number {
  return Math.min(FARTHEST, fitted - FARTHEST_SLACK);
}
