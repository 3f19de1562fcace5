/** deck.gl layers of the map, from the ground up. */

import type { Layer } from "@deck.gl/core";
import { IconLayer, PathLayer, ScatterplotLayer, TextLayer } from "@deck.gl/layers";
import { STATE_INDEX, STATES } from "../model/activities";
import type { Fleet } from "../model/fleet";
import type { RoadMap } from "../model/roads";
import type { World } from "../model/world";
import type { RoadClass } from "../protocol/messages";
import { type FacilityItem, facilityItems } from "./facilities";
import { drawIcons, ICON_MAPPING } from "./icons";
import type { Journey } from "./journeys";
import type { Palette, Rgb, ThemeName } from "./palette";
import { roadWidth, type Scale, showsIcons, showsNames } from "./thresholds";
import { TruckLayer } from "./truck-layer";

interface RoadStyle {
  metres: number;
  minPixels: number;
  casingFromZoom: number;
}

const STYLES: Record<RoadClass, RoadStyle> = {
  D: { metres: 7, minPixels: 0.9, casingFromZoom: -1.6 },
  L: { metres: 9, minPixels: 1, casingFromZoom: -1.8 },
  Z: { metres: 11, minPixels: 1.3, casingFromZoom: -2.3 },
  G: { metres: 14, minPixels: 1.7, casingFromZoom: -3.6 },
  GP: { metres: 17, minPixels: 2, casingFromZoom: -5 },
  S: { metres: 20, minPixels: 2.2, casingFromZoom: -7 },
  A: { metres: 24, minPixels: 2.6, casingFromZoom: -8 },
};
/** Drawn first to last: large roads lie over small ones. */
const ORDER: readonly RoadClass[] = ["D", "L", "Z", "G", "GP", "S", "A"];

export function staticLayers(roads: RoadMap, palette: Palette, zoom: number, scale: Scale): Layer[] {
  const layers: Layer[] = [townLayer(roads, palette)];
  const shown = ORDER.filter((name) => roadWidth(name, zoom, scale) > 0);
  const cased = shown.filter((name) => zoom >= STYLES[name].casingFromZoom);
  for (const name of cased) layers.push(roadLayer(roads, palette, name, "casing"));
  for (const name of shown) {
    const look = cased.includes(name) ? "road" : "faint";
    layers.push(roadLayer(roads, palette, name, look, roadWidth(name, zoom, scale)));
  }
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
function roadLayer(
  roads: RoadMap,
  palette: Palette,
  name: RoadClass,
  look: "road" | "faint" | "casing",
  width = 1,
): Layer {
  const style = STYLES[name];
  const casing = look === "casing";
  return new PathLayer({
    id: `${casing ? "casing" : "road"}-${name}`,
    data: dataOf(roads, name) as never,
    _pathType: "open",
    positionFormat: "XY",
    getColor: palette[look][name],
    getWidth: style.metres + (casing ? 4 : 0),
    widthUnits: "meters",
    widthMinPixels: width * style.minPixels + (casing ? 1.4 : 0),
    widthMaxPixels: 60,
    capRounded: true,
    updateTriggers: { getColor: [palette, look] },
  });
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

/** How large a facility is drawn, pixels. */
export function facilitySize(zoom: number, scale: Scale): number {
  if (showsIcons(zoom, scale)) return Math.min(32, Math.max(16, 27 + zoom * 3));
  return zoom < -5.5 ? 6 : 8;
}

export function facilityLayers(
  roads: RoadMap,
  palette: Palette,
  theme: ThemeName,
  zoom: number,
  scale: Scale,
): Layer[] {
  const items = [...facilityItems(roads).values()];
  const size = facilitySize(zoom, scale);
  if (!showsIcons(zoom, scale)) return [dotLayer(items, palette, size)];
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
      getPixelOffset: (item) => shifted(item, size),
      pickable: true,
      textureParameters: { minFilter: "linear", magFilter: "linear", mipmapFilter: "linear" },
      updateTriggers: { getPixelOffset: size },
    }),
  ];
  const busy = items.filter((item) => waitingAt(item) > 0);
  if (busy.length > 0) layers.push(badgeLayer(busy, palette, size));
  if (showsNames(zoom, scale)) layers.push(nameLayer(items, palette, size));
  return layers;
}

/** Where a facility, or what belongs to it, is drawn beside its junction, pixels. */
function shifted(item: FacilityItem, size: number, right = 0, down = 0): [number, number] {
  return [item.offset[0] * size + right, item.offset[1] * size + down];
}

function waitingAt(item: FacilityItem): number {
  const data = item.place.data;
  return data.type === "site" ? data.active_packages.length : 0;
}

function dotLayer(items: FacilityItem[], palette: Palette, size: number): Layer {
  return new ScatterplotLayer<FacilityItem>({
    id: "facility-dots",
    data: items,
    getPosition: (item) => item.position,
    getFillColor: (item) => palette.building[item.place.data.type],
    getLineColor: palette.paper,
    getRadius: 1,
    radiusUnits: "pixels",
    radiusScale: 0.45 * size,
    getPixelOffset: (item: FacilityItem) => shifted(item, size),
    stroked: true,
    lineWidthUnits: "pixels",
    getLineWidth: 1,
    pickable: true,
    updateTriggers: { getFillColor: palette, getLineColor: palette, getPixelOffset: size },
  });
}

function badgeLayer(items: FacilityItem[], palette: Palette, size: number): Layer {
  return new TextLayer<FacilityItem>({
    id: "badges",
    data: items,
    getPosition: (item) => item.position,
    getText: (item) => (waitingAt(item) > 99 ? "99+" : String(waitingAt(item))),
    getPixelOffset: (item) => shifted(item, size, size * 0.48, -size * 0.48),
    getSize: 11,
    fontWeight: 700,
    fontFamily: "system-ui, sans-serif",
    characterSet: "0123456789+",
    getColor: palette.paper,
    background: true,
    backgroundPadding: [4, 1, 4, 1],
    backgroundBorderRadius: 8,
    getBackgroundColor: palette.badge,
    updateTriggers: { getColor: palette, getBackgroundColor: palette, getPixelOffset: size },
  });
}

function nameLayer(items: FacilityItem[], palette: Palette, size: number): Layer {
  return new TextLayer<FacilityItem>({
    id: "names",
    data: items.filter((item) => item.place.data.type === "site"),
    getPosition: (item) => item.position,
    getText: (item) => (item.place.data.type === "site" ? item.place.data.name : ""),
    getPixelOffset: (item) => shifted(item, size, 0, size * 0.5 + 9),
    getSize: 12,
    fontWeight: 600,
    fontFamily: "system-ui, sans-serif",
    characterSet: "auto",
    fontSettings: { sdf: true, fontSize: 48, buffer: 8 },
    getColor: palette.ink,
    outlineColor: [...palette.paper, 235],
    outlineWidth: 5,
    updateTriggers: { getColor: palette, getPixelOffset: size },
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
    const state = STATE_INDEX[activity] ?? 0;
    const colour = stateColours[state] as Rgb;
    positions[3 * i] = fleet.x[i] as number;
    positions[3 * i + 1] = fleet.y[i] as number;
    trucks[3 * i] = fleet.heading[i] as number;
    trucks[3 * i + 1] = state;
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
  scale: Scale,
): Layer[] {
  const rings: { position: [number, number]; offset?: [number, number]; radius: number; colour: Rgb }[] = [];
  const selected = world.selection.value;
  if (selected?.kind === "truck") {
    const at = world.fleet.at(selected.id);
    if (at !== undefined) {
      const position: [number, number] = [world.fleet.x[at] as number, world.fleet.y[at] as number];
      rings.push({ position, radius: truckRadius(zoom, 1) + 9, colour: palette.route });
    }
  } else if (selected?.kind === "building") {
    const roads = world.map.value;
    const item = roads === null ? undefined : facilityItems(roads).get(selected.id);
    if (item !== undefined) {
      const size = facilitySize(zoom, scale);
      const offset = shifted(item, size);
      rings.push({ position: item.position, offset, radius: 6 + size / 2, colour: palette.route });
    }
  }
  if (mark !== null) rings.push({ position: [mark.x, mark.y], radius: 12, colour: palette.badge });
  return [
    new ScatterplotLayer({
      id: "ring",
      data: rings,
      getPosition: (ring: { position: [number, number] }) => ring.position,
      getPixelOffset: (ring: { offset?: [number, number] }) => ring.offset ?? [0, 0],
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
