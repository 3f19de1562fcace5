/** The map: a deck.gl view of the road network, the facilities, every truck, and what the selection has to show. */

import { Deck, type Layer, OrthographicView, type OrthographicViewState, type PickingInfo } from "@deck.gl/core";
import { effect } from "@preact/signals";
import type { Reference } from "../model/feed";
import type { Bounds, RoadMap } from "../model/roads";
import type { World } from "../model/world";
import { calm } from "../ui/environment";
import { facilityItems } from "./facilities";
import { type Journey, journeyOf } from "./journeys";
import { facilityLayers, facilitySize, highlightLayers, routeLayers, staticLayers, truckLayer } from "./layers";
import { PALETTES, type Palette, type ThemeName } from "./palette";
import { farthestZoom, type Scale } from "./thresholds";

const NEAREST_ZOOM = 3;
const FOLLOW_ZOOM = -0.6;
const PICK_RADIUS = 8;
const SLOWEST_CLICK_MS = 10_000;
/** Between two drawings of moving trucks, for people who have asked for less motion. */
const CALM_FRAME_MS = 250;

export interface Insets {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export interface PointerHooks {
  /** A click on the map while a tool waits for a place; true when the tool took it. */
  onPlace(x: number, y: number): boolean;
  onHover(x: number, y: number): void;
  onTip(tip: { x: number; y: number; reference: Reference } | null): void;
  /** Parts of the canvas that panels cover now, pixels: what is shown is centred in the rest. */
  insets(): Insets;
}

export class MapView {
  private readonly deck: Deck<OrthographicView>;
  private viewState: OrthographicViewState = { target: [500, 500, 0], zoom: 0 };
  private palette: Palette;
  private roads: RoadMap | null = null;
  private fitted: Bounds | null = null;
  private fixed: Layer[] = [];
  private facilities: Layer[] = [];
  private facilitiesBeat = Number.NEGATIVE_INFINITY;
  private zoomStep = Number.NaN;
  private dirty = true;
  private journey: Journey | null = null;
  private journeyBeat = -1;
  private mark: { x: number; y: number } | null = null;
  /** How often somebody has moved the map by hand. */
  private moves = 0;
  private readonly frameTimes: number[] = [];
  private advancedAt = 0;
  private stopped = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly world: World,
    private readonly hooks: PointerHooks,
    private theme: ThemeName,
  ) {
    this.palette = PALETTES[theme];
    this.deck = new Deck({
      canvas,
      views: new OrthographicView({ id: "map", flipY: false }),
      viewState: this.viewState,
      controller: {
        doubleClickZoom: true,
        // Negative: the right arrow shows what lies to the right, it does not push the map there.
        keyboard: { moveSpeed: -80, zoomSpeed: 1.4 },
        inertia: 250,
        scrollZoom: { speed: 0.008, smooth: false },
      },
      layers: [],
      // A click may be slow: of a calm hand, or while the page is busy. The default is 250 ms.
      eventRecognizerOptions: { click: { time: SLOWEST_CLICK_MS } },
      pickingRadius: PICK_RADIUS,
      useDevicePixels: Math.min(2, window.devicePixelRatio),
      getCursor: ({ isDragging, isHovering }) =>
        this.mark !== null ? "crosshair" : isDragging ? "grabbing" : isHovering ? "pointer" : "grab",
      onViewStateChange: ({ viewState, interactionState }) => {
        if (interactionState?.isDragging || interactionState?.isPanning) this.world.follow.value = false;
        this.moves += 1;
        this.moveTo(viewState as OrthographicViewState);
      },
      onClick: (info) => this.click(info),
      onHover: (info) => this.hover(info),
      onError: (error) => this.world.notify(`The map cannot be drawn: ${error.message}`, true),
    });
    effect(() => {
      const roads = world.map.value;
      world.mapVersion.value;
      this.takeMap(roads);
    });
    effect(() => {
      world.selection.value;
      world.described.value;
      this.journeyBeat = -1;
      this.dirty = true;
    });
    requestAnimationFrame(this.frame);
  }

  destroy(): void {
    this.stopped = true;
    this.deck.finalize();
  }

  setTheme(theme: ThemeName): void {
    this.theme = theme;
    this.palette = PALETTES[theme];
    this.rebuild();
  }

  /** Show where a tool would act, or nothing. */
  setMark(mark: { x: number; y: number } | null): void {
    this.mark = mark;
    this.dirty = true;
  }

  fit(): void {
    if (this.roads === null) return;
    this.world.follow.value = false;
    this.moveTo(this.fitting(this.roads.bounds));
  }

  zoomBy(steps: number): void {
    this.moveTo({ ...this.viewState, zoom: (this.viewState.zoom as number) + steps });
  }

  /** Bring a place to the middle, at least so near that streets can be told apart. */
  centre(x: number, y: number, nearer = true): void {
    const zoom = this.viewState.zoom as number;
    this.moveTo({ ...this.viewState, ...this.targetFor(x, y, nearer ? Math.max(zoom, FOLLOW_ZOOM) : zoom) });
  }

  /** Return how to find out whether the map has been moved by hand since. */
  untouched(): () => boolean {
    const before = this.moves;
    return () => before === this.moves;
  }

  /** Bring places into the view together, no nearer than a followed truck is seen. */
  show(places: { x: number; y: number }[]): void {
    if (places.length === 0) return;
    const xs = places.map((place) => place.x);
    const ys = places.map((place) => place.y);
    const [minX, maxX, minY, maxY] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const margin = 0.15 * Math.max(maxX - minX, maxY - minY);
    this.moveTo(
      this.fitting({ minX: minX - margin, maxX: maxX + margin, minY: minY - margin, maxY: maxY + margin }, FOLLOW_ZOOM),
    );
  }

  /** Bring what the selection is about into the view: a truck and its way, a package's journey. */
  showJourney(): void {
    const journey = journeyOf(this.world);
    if (journey === null) return;
    const places = [...journey.stops, ...[...journey.route, ...journey.legs.flat()].map(([x, y]) => ({ x, y }))];
    const at = journey.truck === null ? undefined : this.world.fleet.at(journey.truck);
    if (at !== undefined) places.push({ x: this.world.fleet.x[at] as number, y: this.world.fleet.y[at] as number });
    if (places.length > 1) this.show(places);
  }

  /** Milliseconds between the last frames drawn, for measuring. */
  get recentFrames(): number[] {
    return this.frameTimes;
  }

  /** The middle of the view in metres, and its zoom, for measuring. */
  get camera(): { x: number; y: number; zoom: number } {
    const [x = 0, y = 0] = this.viewState.target ?? [];
    return { x, y, zoom: this.viewState.zoom as number };
  }

  /** Where a facility is drawn on the page, pixels. */
  facilityOnScreen(id: string): [number, number] | null {
    const item = this.roads === null ? undefined : facilityItems(this.roads).get(id);
    if (item === undefined) return null;
    const [x, y] = this.toScreen(...item.position);
    const size = facilitySize(this.viewState.zoom as number, this.scale);
    return [x + item.offset[0] * size, y + item.offset[1] * size];
  }

  /** Where a place of the map is on the page, pixels. */
  toScreen(x: number, y: number): [number, number] {
    const scale = 2 ** (this.viewState.zoom as number);
    const { x: cx, y: cy } = this.camera;
    return [this.canvas.clientWidth / 2 + (x - cx) * scale, this.canvas.clientHeight / 2 - (y - cy) * scale];
  }

  private fitting(bounds: Bounds, nearest = NEAREST_ZOOM): OrthographicViewState {
    const { top, right, bottom, left } = this.hooks.insets();
    const width = Math.max(120, this.canvas.clientWidth - left - right);
    const height = Math.max(120, this.canvas.clientHeight - top - bottom);
    const wide = Math.max(50, bounds.maxX - bounds.minX);
    const high = Math.max(50, bounds.maxY - bounds.minY);
    const zoom = Math.min(nearest, Math.log2(Math.min(width / wide, height / high) * 0.94));
    return {
      ...this.viewState,
      ...this.targetFor((bounds.minX + bounds.maxX) / 2, (bounds.minY + bounds.maxY) / 2, zoom),
    };
  }

  private targetFor(x: number, y: number, zoom: number): { target: [number, number, number]; zoom: number } {
    const { top, right, bottom, left } = this.hooks.insets();
    const scale = 2 ** zoom;
    return { target: [x + (right - left) / 2 / scale, y + (top - bottom) / 2 / scale, 0], zoom };
  }

  private moveTo(viewState: OrthographicViewState): void {
    const minZoom = farthestZoom(this.scale);
    const zoom = Math.min(NEAREST_ZOOM, Math.max(minZoom, viewState.zoom as number));
    this.viewState = { target: viewState.target ?? [0, 0, 0], zoom, minZoom, maxZoom: NEAREST_ZOOM };
    this.deck.setProps({ viewState: this.viewState });
    const step = Math.round(zoom * 4);
    if (step !== this.zoomStep) {
      this.zoomStep = step;
      this.rebuild();
    }
    this.dirty = true;
  }

  /** What of this map is drawn depends on how large it is, and on how much of the page it has. */
  private get scale(): Scale {
    if (this.roads === null) return { fitted: 0, spacing: 1 };
    return { fitted: this.fitting(this.roads.bounds).zoom as number, spacing: this.roads.facilitySpacing };
  }

  private takeMap(roads: RoadMap | null): void {
    const fresh = roads !== this.roads;
    this.roads = roads;
    if (roads !== null && fresh && !sameBounds(this.fitted, roads.bounds)) {
      this.fitted = roads.bounds;
      this.viewState = this.fitting(roads.bounds);
      this.moveTo(this.viewState);
    }
    this.rebuild();
  }

  private rebuild(): void {
    const zoom = this.viewState.zoom as number;
    this.fixed = this.roads === null ? [] : staticLayers(this.roads, this.palette, zoom, this.scale);
    this.facilitiesBeat = Number.NEGATIVE_INFINITY;
    this.dirty = true;
  }

  private readonly frame = (now: number): void => {
    if (this.stopped) return;
    requestAnimationFrame(this.frame);
    const due = !calm.value || now - this.advancedAt >= CALM_FRAME_MS;
    const moved = due && this.world.fleet.advance(now);
    if (due) this.advancedAt = now;
    const beat = this.world.beat.value;
    if (this.roads !== null && beat - this.facilitiesBeat >= 4) {
      this.facilitiesBeat = beat;
      const zoom = this.viewState.zoom as number;
      this.facilities = facilityLayers(this.roads, this.palette, this.theme, zoom, this.scale);
      this.dirty = true;
    }
    if (beat !== this.journeyBeat) {
      this.journeyBeat = beat;
      this.journey = journeyOf(this.world);
    }
    if (!moved && !this.dirty) return;
    this.frameTimes.push(now);
    if (this.frameTimes.length > 600) this.frameTimes.shift();
    this.followSelected();
    // Only now: following moves the map and asks for another drawing, which would go on at every frame for ever.
    this.dirty = false;
    this.draw();
  };

  private draw(): void {
    const zoom = this.viewState.zoom as number;
    const layers: Layer[] = [...this.fixed];
    if (this.journey !== null) layers.push(...routeLayers(this.journey, this.palette, this.world));
    layers.push(...this.facilities, truckLayer(this.world.fleet, this.palette, zoom));
    layers.push(...highlightLayers(this.world, this.mark, this.palette, zoom, this.scale));
    this.deck.setProps({ layers });
  }

  private followSelected(): void {
    const selected = this.world.selection.value;
    if (!this.world.follow.value || selected?.kind !== "truck") return;
    const at = this.world.fleet.at(selected.id);
    if (at !== undefined) this.centre(this.world.fleet.x[at] as number, this.world.fleet.y[at] as number);
  }

  private click(info: PickingInfo): void {
    const [x, y] = info.coordinate ?? [];
    if (x === undefined || y === undefined) return;
    if (this.hooks.onPlace(x, y)) return;
    const reference = this.referenceOf(info);
    this.world.select(reference);
    // The inspector that has just opened must not cover what was clicked on.
    const { top, right, bottom, left } = this.hooks.insets();
    const free =
      info.x > left &&
      info.x < this.canvas.clientWidth - right &&
      info.y > top &&
      info.y < this.canvas.clientHeight - bottom;
    if (reference !== null && !free) this.centre(x, y, false);
  }

  private hover(info: PickingInfo): void {
    const [x, y] = info.coordinate ?? [];
    if (x !== undefined && y !== undefined) this.hooks.onHover(x, y);
    const reference = this.mark === null ? this.referenceOf(info) : null;
    this.hooks.onTip(reference === null ? null : { x: info.x, y: info.y, reference });
  }

  private referenceOf(info: PickingInfo): Reference | null {
    if (info.layer?.id === "trucks") {
      const id = this.world.fleet.ids[info.index];
      return id === undefined ? null : { kind: "truck", id };
    }
    const object = info.object as { reference?: Reference } | undefined;
    return object?.reference ?? null;
  }
}

function sameBounds(a: Bounds | null, b: Bounds): boolean {
  return a !== null && a.minX === b.minX && a.minY === b.minY && a.maxX === b.maxX && a.maxY === b.maxY;
}
