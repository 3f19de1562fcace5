/** How the page learns where trucks are: by position frames while the world runs, by forms of agents while it rests. */

import { signal } from "@preact/signals";
import type { Pace, Truck, TruckDiff } from "../protocol/messages";
import { readPositions } from "../protocol/positions";
import { ACTIVITIES, derivedActivity } from "./activities";
import type { SimulatedClock } from "./clock";
import { Fleet, type Place } from "./fleet";
import type { RoadMap } from "./roads";

/** Frames a second; with more trucks than this they come less often: interpolation fills the gaps. */
const POSITIONS_HZ = 20;
const MANY_TRUCKS = 20_000;
const POSITIONS_HZ_OF_MANY = 4;
/** Ticks, and what changed of buildings, a second: of many trucks' sites that is a lot to tell. */
const UPDATES_HZ = 5;
const UPDATES_HZ_OF_MANY = 1;
/** So many fewer are needed for more frames again, so that a number near the border does not cause one change after another. */
const MANY_TRUCKS_SLACK = 2000;
/** Without a frame for so long, ticks tell the simulated instant. */
const FRAMES_PAUSE_MS = 1000;
/** Packages weigh differently, which a form does not tell: half full, as long as frames do not say more. */
const SOME_LOAD = 128;

export class Movement {
  readonly fleet = new Fleet();
  readonly count = signal(0);
  private pace: Pace = { tick_rate: 20, speed: 1 };
  private positionsHz = 0;
  private lastFrame = -Infinity;

  constructor(
    private readonly clock: SimulatedClock,
    private readonly ask: (action: string, params: object) => Promise<unknown>,
  ) {}

  /** A connection was made: the server knows of no wish yet. */
  begin(): void {
    this.positionsHz = 0;
    this.subscribe();
  }

  /** Ask for frames as often as fits the number of trucks, unless that has been done. */
  subscribe(): void {
    const many = this.positionsHz === POSITIONS_HZ_OF_MANY ? MANY_TRUCKS - MANY_TRUCKS_SLACK : MANY_TRUCKS;
    const wanted = this.fleet.count > many ? POSITIONS_HZ_OF_MANY : POSITIONS_HZ;
    if (wanted === this.positionsHz) return;
    this.positionsHz = wanted;
    this.expectFrames();
    const rate_hz = wanted === POSITIONS_HZ_OF_MANY ? UPDATES_HZ_OF_MANY : UPDATES_HZ;
    // Trucks come as compact frames; updates one by one are needed of brokers only.
    const wish = { rate_hz, positions_hz: wanted, agent_kinds: ["broker"], times: true, orders: true };
    this.ask("stream.subscribe", wish).catch(() => {
      this.positionsHz = 0;
    });
  }

  setPace(pace: Pace): void {
    this.pace = pace;
    this.expectFrames();
  }

  /** Whether ticks are all that tells the simulated instant. */
  get ticksAlone(): boolean {
    return performance.now() - this.lastFrame > FRAMES_PAUSE_MS;
  }

  takeFrame(buffer: ArrayBuffer): void {
    const frame = readPositions(buffer);
    this.lastFrame = performance.now();
    this.clock.takeFrame(frame.tick, frame.elapsed);
    this.fleet.push(frame);
  }

  setRoster(roster: number, ids: string[]): void {
    this.fleet.setRoster(roster, ids);
    this.count.value = this.fleet.count;
  }

  /** All trucks there are. */
  list(trucks: Truck[], roads: RoadMap | null): void {
    this.fleet.putAll(
      trucks.map((truck) => ({
        id: truck.id,
        place: placeOf(truck, truck.edge_progress_m, roads),
        load: loadOf(truck),
      })),
    );
    this.count.value = this.fleet.count;
  }

  /** A truck is new. */
  add(truck: Truck, roads: RoadMap | null): void {
    this.fleet.put(truck.id, placeOf(truck, truck.edge_progress_m, roads), loadOf(truck));
    this.count.value = this.fleet.count;
  }

  /** A truck has changed while the world is at rest. How far it is into a road is not told: there it stays where it is. */
  update(diff: TruckDiff, roads: RoadMap | null): void {
    const at = this.fleet.at(diff.id);
    if (diff.current_edge !== null && at !== undefined) return;
    const place = placeOf(diff, 0, roads);
    // This form says nothing of loading and queues: at rest, who has not moved still does what it did.
    const stays =
      at !== undefined && this.fleet.x[at] === Math.fround(place.x) && this.fleet.y[at] === Math.fround(place.y);
    if (!stays) this.fleet.put(diff.id, place, loadOf(diff));
  }

  remove(id: string): void {
    this.fleet.remove(id);
    this.count.value = this.fleet.count;
  }

  private expectFrames(): void {
    const { tick_rate, speed } = this.pace;
    const ticks = Math.ceil(tick_rate / (this.positionsHz || POSITIONS_HZ));
    this.fleet.playout.expect(speed, ticks / tick_rate);
  }
}

function loadOf(truck: TruckDiff): number {
  return truck.loaded_packages.length > 0 ? SOME_LOAD : 0;
}

/** Return where a truck is: on its road after `metres` of it, or at its junction. */
function placeOf(truck: TruckDiff & Partial<Truck>, metres: number, roads: RoadMap | null): Place {
  const parked = roads?.buildings.get(truck.current_building_id ?? "")?.data.type === "parking";
  const activity = ACTIVITIES.indexOf(derivedActivity(truck, parked));
  if (truck.current_edge !== null) {
    const place = roads?.along(truck.current_edge, metres);
    if (place) return { ...place, activity };
  }
  const at = truck.current_node === null ? null : roads?.nodePosition(truck.current_node);
  return { x: at?.[0] ?? 0, y: at?.[1] ?? 0, heading: 0, activity };
}
