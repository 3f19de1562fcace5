/** deck.gl layers of the map, from the ground up. */

import type { Layer } from "@deck.gl/core";
import { IconLayer, PathLayer, ScatterplotLayer, TextLayer } from "@deck.gl/layers";
import { DRIVING, STATE_INDEX, STATES } from "../model/activities";
import type { Fleet } from "../model/fleet";
import type { PlacedBuilding, RoadMap } from "../model/roads";
import type { World } from "../model/world";
import type { RoadClass } from "../protocol/messages";
import { drawIcons, ICON_MAPPING } from "./icons";
import type { Journey } from "./journeys";
import type { Palette, Rgb, ThemeName } from "./palette";
import { TruckLayer } from "./truck-layer";

interface RoadStyle {
  metres: number;
  minPixels: number;
  /** From this zoom on the class is drawn; streets vanish from the view of a country. */
  fromZoom: number;
  casingFromZoom: number;
}

const STYLES: Record<RoadClass, RoadStyle> = {
  D: { metres: 7, minPixels: 0.9, fromZoom: -4.6, casingFromZoom: -1.6 },
  L: { metres: 9, minPixels: 1, fromZoom: -5.2, casingFromZoom: -1.8 },
  Z: { metres: 11, minPixels: 1.3, fromZoom: -6.2, casingFromZoom: -2.3 },
  G: { metres: 14, minPixels: 1.7, fromZoom: -99, casingFromZoom: -3.6 },
  GP: { metres: 17, minPixels: 2, fromZoom: -99, casingFromZoom: -5 },
  S: { metres: 20, minPixels: 2.2, fromZoom: -99, casingFromZoom: -7 },
  A: { metres: 24, minPixels: 2.6, fromZoom: -99, casingFromZoom: -8 },
};
/** Drawn first to last: large roads lie over small ones. */
const ORDER: readonly RoadClass[] = ["D", "L", "Z", "G", "GP", "S", "A"];

/** Facilities are dots from far away, icons from here on. */
const ICONS_FROM_ZOOM = -4.2;
const NAMES_FROM_ZOOM = -1.6;

export function staticLayers(roads: RoadMap, palette: Palette, zoom: number): Layer[] {
  const layers: Layer[] = [townLayer(roads, palette)];
  const shown = ORDER.filter((name) => zoom >= STYLES[name].fromZoom);
  for (const name of shown) if (zoom >= STYLES[name].casingFromZoom) layers.push(roadLayer(roads, palette, name, true));
  for (const name of shown) layers.push(roadLayer(roads, palette, name, false, zoom < STYLES[name].casingFromZoom));
  return layers;
}

function townLayer(roads: RoadMap, palette: Palette): Layer {
  const ground = roads.townGround;
  return new ScatterplotLayer({
    id: "town",
    data: {
      length: ground.length / 3,
      attributes: {
        getPosition: { value: ground, size: 2, stride: 12, offset: 0 },
        getRadius: { value: ground, size: 1, stride: 12, offset: 8 },
      },
    },
    getFillColor: palette.town,
    antialiasing: false,
    updateTriggers: { getFillColor: palette },
  });
}

const roadData = new WeakMap<RoadMap, Map<RoadClass, object>>();

function dataOf(roads: RoadMap, name: RoadClass): object {
  let ofMap = roadData.get(roads);
  if (ofMap === undefined) {
    ofMap = new Map();
    roadData.set(roads, ofMap);
  }
  let data = ofMap.get(name);
  if (data === undefined) {
    const segments = roads.segments.get(name);
    data = {
      length: segments?.count ?? 0,
      startIndices: segments?.startIndices ?? new Uint32Array(1),
      attributes: { getPath: { value: segments?.points ?? new Float32Array(0), size: 2 } },
    };
    ofMap.set(name, data);
  }
  return data;
}

/** `faint`: too thin for a casing, a road is drawn in the colour of its casing so that it is seen on light ground. */
function roadLayer(roads: RoadMap, palette: Palette, name: RoadClass, casing: boolean, faint = false): Layer {
  const style = STYLES[name];
  return new PathLayer({
    id: `${casing ? "casing" : "road"}-${name}`,
    data: dataOf(roads, name) as never,
    _pathType: "open",
    positionFormat: "XY",
    getColor: casing ? palette.casing[name] : faint ? palette.faint[name] : palette.road[name],
    getWidth: style.metres + (casing ? 4 : 0),
    widthUnits: "meters",
    widthMinPixels: style.minPixels + (casing ? 1.4 : 0),
    widthMaxPixels: 60,
    capRounded: true,
    updateTriggers: { getColor: [palette, faint] },
  });
}

interface FacilityItem {
  reference: { kind: "building"; id: string };
  place: PlacedBuilding;
  position: [number, number];
}

const facilityItems = new WeakMap<RoadMap, { size: number; items: FacilityItem[] }>();

function itemsOf(roads: RoadMap): FacilityItem[] {
  const known = facilityItems.get(roads);
  if (known !== undefined && known.size === roads.buildings.size) return known.items;
  const items: FacilityItem[] = [...roads.buildings.values()].map((place) => ({
    reference: { kind: "building", id: place.data.id },
    place,
    position: [place.x, place.y],
  }));
  facilityItems.set(roads, { size: roads.buildings.size, items });
  return items;
}

const atlases = new Map<ThemeName, ImageData>();

function atlasOf(theme: ThemeName, palette: Palette): ImageData {
  let atlas = atlases.get(theme);
  if (atlas === undefined) {
    atlas = drawIcons(palette);
    atlases.set(theme, atlas);
  }
  return atlas;
}

export function facilityLayers(roads: RoadMap, palette: Palette, theme: ThemeName, zoom: number): Layer[] {
  const items = itemsOf(roads);
  if (zoom < ICONS_FROM_ZOOM) return [dotLayer(items, palette, zoom)];
  const size = Math.min(32, Math.max(16, 27 + zoom * 3));
  const layers: Layer[] = [
    new IconLayer<FacilityItem>({
      id: `icons-${theme}`,
      data: items,
      iconAtlas: atlasOf(theme, palette) as never,
      iconMapping: ICON_MAPPING,
      getIcon: (item) => item.place.data.type,
      getPosition: (item) => item.position,
      getSize: 1,
      sizeScale: size,
      pickable: true,
      textureParameters: { minFilter: "linear", magFilter: "linear", mipmapFilter: "linear" },
    }),
  ];
  const busy = items.filter((item) => waitingAt(item) > 0);
  if (busy.length > 0) layers.push(badgeLayer(busy, palette, size));
  if (zoom >= NAMES_FROM_ZOOM) layers.push(nameLayer(items, palette, size));
  return layers;
}

function waitingAt(item: FacilityItem): number {
  const data = item.place.data;
  return data.type === "site" ? data.active_packages.length : 0;
}

function dotLayer(items: FacilityItem[], palette: Palette, zoom: number): Layer {
  return new ScatterplotLayer<FacilityItem>({
    id: "facility-dots",
    data: items,
    getPosition: (item) => item.position,
    getFillColor: (item) => palette.building[item.place.data.type],
    getLineColor: palette.paper,
    getRadius: 1,
    radiusUnits: "pixels",
    radiusScale: zoom < -5.5 ? 2.6 : 3.6,
    stroked: true,
    lineWidthUnits: "pixels",
    getLineWidth: 1,
    pickable: true,
    updateTriggers: { getFillColor: palette, getLineColor: palette },
  });
}

function badgeLayer(items: FacilityItem[], palette: Palette, size: number): Layer {
  return new TextLayer<FacilityItem>({
    id: "badges",
    data: items,
    getPosition: (item) => item.position,
    getText: (item) => (waitingAt(item) > 99 ? "99+" : String(waitingAt(item))),
    getPixelOffset: [size * 0.48, -size * 0.48],
    getSize: 11,
    fontWeight: 700,
    fontFamily: "system-ui, sans-serif",
    characterSet: "0123456789+",
    getColor: palette.paper,
    background: true,
    backgroundPadding: [4, 1, 4, 1],
    backgroundBorderRadius: 8,
    getBackgroundColor: palette.badge,
    updateTriggers: { getColor: palette, getBackgroundColor: palette },
  });
}

function nameLayer(items: FacilityItem[], palette: Palette, size: number): Layer {
  return new TextLayer<FacilityItem>({
    id: "names",
    data: items.filter((item) => item.place.data.type === "site"),
    getPosition: (item) => item.position,
    getText: (item) => (item.place.data.type === "site" ? item.place.data.name : ""),
    getPixelOffset: [0, size * 0.5 + 9],
    getSize: 12,
    fontWeight: 600,
    fontFamily: "system-ui, sans-serif",
    characterSet: "auto",
    fontSettings: { sdf: true, fontSize: 48, buffer: 8 },
    getColor: palette.ink,
    outlineColor: [...palette.paper, 235],
    outlineWidth: 5,
    updateTriggers: { getColor: palette },
  });
}

export function routeLayers(journey: Journey, palette: Palette, world: World): Layer[] {
  const layers: Layer[] = [];
  const start = journey.truck === null ? undefined : world.fleet.at(journey.truck);
  const path: [number, number][] = [...journey.route];
  if (start !== undefined && path.length > 0)
    path.unshift([world.fleet.x[start] as number, world.fleet.y[start] as number]);
  if (journey.legs.length > 0) layers.push(...lineLayers("legs", journey.legs, palette, 2.5, 150));
  if (path.length > 1) layers.push(...lineLayers("route", [path], palette, 5, 255));
  layers.push(
    new TextLayer({
      id: "stops",
      data: journey.stops,
      getPosition: (stop: { x: number; y: number }) => [stop.x, stop.y],
      getText: (stop: { text: string }) => stop.text,
      getPixelOffset: [0, -25],
      getSize: 12,
      fontWeight: 700,
      fontFamily: "system-ui, sans-serif",
      characterSet: "0123456789, AB",
      getColor: palette.paper,
      background: true,
      backgroundPadding: [7, 4, 7, 4],
      backgroundBorderRadius: 10,
      getBackgroundColor: palette.route,
      getBorderColor: palette.routeCasing,
      getBorderWidth: 1.5,
      updateTriggers: { getColor: palette, getBackgroundColor: palette, getBorderColor: palette },
    }),
  );
  return layers;
}

function lineLayers(id: string, paths: [number, number][][], palette: Palette, width: number, alpha: number): Layer[] {
  const line = (suffix: string, colour: Rgb, pixels: number) =>
    new PathLayer<[number, number][]>({
      id: `${id}-${suffix}`,
      data: paths,
      getPath: (path) => path,
      getColor: [...colour, alpha] as [number, number, number, number],
      getWidth: pixels,
      widthUnits: "pixels",
      capRounded: true,
      jointRounded: true,
      updateTriggers: { getColor: palette },
    });
  return [line("casing", palette.routeCasing, width + 3), line("line", palette.route, width)];
}

/** Columns handed to the GPU, made anew only when the number of trucks changes. */
let columns = {
  positions: new Float32Array(0),
  trucks: new Float32Array(0),
  colours: new Uint8Array(0),
  offsets: new Float32Array(0),
};

export function truckLayer(fleet: Fleet, palette: Palette, zoom: number): Layer {
  const n = fleet.count;
  if (columns.colours.length !== n * 4) {
    columns = {
      positions: new Float32Array(n * 3),
      trucks: new Float32Array(n * 3),
      colours: new Uint8Array(n * 4),
      offsets: new Float32Array(n * 2),
    };
  }
  const { positions, trucks, colours, offsets } = columns;
  const stateColours = STATES.map((state) => palette.state[state]);
  for (let i = 0; i < n; i += 1) {
    const activity = fleet.activity[i] as number;
    const colour = stateColours[STATE_INDEX[activity] ?? 0] as Rgb;
    positions[3 * i] = fleet.x[i] as number;
    positions[3 * i + 1] = fleet.y[i] as number;
    trucks[3 * i] = fleet.heading[i] as number;
    trucks[3 * i + 1] = activity === DRIVING ? 1 : 0;
    trucks[3 * i + 2] = (fleet.load[i] as number) / 255;
    colours[4 * i] = colour[0];
    colours[4 * i + 1] = colour[1];
    colours[4 * i + 2] = colour[2];
    colours[4 * i + 3] = 255;
  }
  fleet.fanOffsets(offsets, Math.min(1.5, Math.max(0.25, (zoom + 5.5) / 3.5)));
  return new TruckLayer({
    id: "trucks",
    data: {
      length: n,
      attributes: {
        getPosition: { value: positions, size: 3 },
        getTruck: { value: trucks, size: 3 },
        getFillColor: { value: colours, size: 4, normalized: true },
        getPixelOffset: { value: offsets, size: 2 },
      },
    } as never,
    getRadius: 1,
    radiusUnits: "pixels",
    radiusScale: truckRadius(zoom, n),
    billboard: true,
    stroked: true,
    getLineColor: palette.paper,
    getLineWidth: 0,
    pickable: true,
    updateTriggers: { getLineColor: palette },
  });
}

/** Trucks grow with the zoom; very many are drawn smaller. */
function truckRadius(zoom: number, count: number): number {
  const base = Math.min(17, Math.max(6, 14.5 + zoom * 1.5));
  return count > 20_000 && zoom < -3 ? Math.max(2.5, base * 0.5) : base;
}

export function highlightLayers(
  world: World,
  mark: { x: number; y: number } | null,
  palette: Palette,
  zoom: number,
): Layer[] {
  const rings: { position: [number, number]; radius: number; colour: Rgb }[] = [];
  const selected = world.selection.value;
  if (selected?.kind === "truck") {
    const at = world.fleet.at(selected.id);
    if (at !== undefined) {
      const position: [number, number] = [world.fleet.x[at] as number, world.fleet.y[at] as number];
      rings.push({ position, radius: truckRadius(zoom, 1) + 9, colour: palette.route });
    }
  } else if (selected?.kind === "building") {
    const place = world.map.value?.buildings.get(selected.id);
    if (place !== undefined) rings.push({ position: [place.x, place.y], radius: 22, colour: palette.route });
  }
  if (mark !== null) rings.push({ position: [mark.x, mark.y], radius: 12, colour: palette.badge });
  return [
    new ScatterplotLayer({
      id: "ring",
      data: rings,
      getPosition: (ring: { position: [number, number] }) => ring.position,
      getRadius: (ring: { radius: number }) => ring.radius,
      radiusUnits: "pixels",
      filled: true,
      getFillColor: (ring: { colour: Rgb }) => [...ring.colour, 30] as [number, number, number, number],
      stroked: true,
      getLineColor: (ring: { colour: Rgb }) => ring.colour,
      getLineWidth: 2.5,
      lineWidthUnits: "pixels",
      updateTriggers: { getLineColor: palette, getFillColor: palette },
    }),
  ];
}
