/** The world as the stream tells it: everything the panels and the map show, and the actions people may take. */

import { batch, signal } from "@preact/signals";
import { Connection, type ConnectionState } from "../protocol/connection";
import type {
  Agent,
  Broker,
  BrokerDiff,
  Building,
  Envelope,
  MapData,
  Pace,
  PackageData,
  Summary,
  TickData,
  Truck,
  TruckDiff,
} from "../protocol/messages";
import { readPositions } from "../protocol/positions";
import { ACTIVITIES, derivedActivity } from "./activities";
import { Feed, type Reference } from "./feed";
import { Fleet, type Place } from "./fleet";
import { Packages } from "./packages";
import { RoadMap } from "./roads";
import { Series } from "./series";

export type RunState = "stopped" | "running" | "paused";

const BEAT_MS = 250;
const SUMMARY_MS = 1000;
const TOKEN_KEY = "spine.token";
const DAY_S = 86_400;
const WARNING_MS = 4000;
/** With more trucks than this, frames come less often: interpolation fills the gaps. */
const MANY_TRUCKS = 20_000;

/** Seconds since midnight of the first day. */
function wallSeconds(data: TickData): number {
  return (data.day - 1) * DAY_S + data.time * 3600;
}

export interface Notice {
  number: number;
  text: string;
  bad: boolean;
}

export class World {
  readonly connection = signal<ConnectionState>({ name: "connecting" });
  readonly run = signal<RunState>("stopped");
  readonly pace = signal<Pace>({ tick_rate: 20, speed: 1 });
  readonly map = signal<RoadMap | null>(null);
  readonly broker = signal<Broker | null>(null);
  readonly summary = signal<Summary | null>(null);
  readonly selection = signal<Reference | null>(null);
  readonly described = signal<Truck | null>(null);
  readonly follow = signal(false);
  readonly notices = signal<Notice[]>([]);
  /** Whether the first picture, or the news that there is none, has come. */
  readonly known = signal(false);
  /** Counts a few times a second: what changes all the time is read when this changes. */
  readonly beat = signal(0);
  /** Why the wanted pace is not kept, null when it is. */
  readonly lag = signal<string | null>(null);
  readonly truckCount = signal(0);
  readonly fleet = new Fleet();
  readonly feed = new Feed();
  readonly packages = new Packages();
  readonly series = new Series();
  tick = 0;
  private elapsed = 0;
  private startOfDay = DAY_S / 2;
  private lastWarning = -Infinity;
  private lastFrame = -Infinity;
  private lastTick: TickData | null = null;
  private positionsHz = 0;
  private noticeCount = 0;
  private token = sessionStorage.getItem(TOKEN_KEY);
  private summaryPauseMs = SUMMARY_MS;
  private readonly link: Connection;

  constructor() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.link = new Connection(`${scheme}//${location.host}/ws`, {
      onState: (state) => {
        this.connection.value = state;
        if (state.name === "lost") this.positionsHz = 0;
      },
      onSignal: (message) => this.receive(message),
      onFrame: (buffer) => this.receiveFrame(buffer),
      onOpen: () => this.begin(),
    });
  }

  start(): void {
    this.link.open(this.token);
    window.setInterval(() => this.onBeat(), BEAT_MS);
    void this.pollSummary();
    window.addEventListener("online", () => this.link.retry());
  }

  /** Connect again as somebody else; an empty token means nobody in particular. */
  identify(token: string): void {
    this.token = token === "" ? null : token;
    if (this.token === null) sessionStorage.removeItem(TOKEN_KEY);
    else sessionStorage.setItem(TOKEN_KEY, this.token);
    this.link.open(this.token);
  }

  get hasToken(): boolean {
    return this.token !== null;
  }

  reconnect(): void {
    this.link.retry();
  }

  ask(action: string, params: object = {}, timeoutMs?: number): Promise<Record<string, unknown>> {
    return this.link.ask(action, params, timeoutMs);
  }

  select(reference: Reference | null): void {
    batch(() => {
      const same = reference?.kind === this.selection.value?.kind && reference?.id === this.selection.value?.id;
      if (!same) {
        this.follow.value = false;
        this.described.value = null;
      }
      this.selection.value = reference;
    });
    void this.describe();
    if (reference?.kind === "package" && this.packages.get(reference.id) === undefined) void this.lookUpPackages();
  }

  notify(text: string, bad = false): void {
    this.noticeCount += 1;
    const notice = { number: this.noticeCount, text, bad };
    this.notices.value = [...this.notices.value.slice(-3), notice];
    window.setTimeout(() => this.dismiss(notice.number), bad ? 12_000 : 5000);
  }

  dismiss(number: number): void {
    this.notices.value = this.notices.value.filter((notice) => notice.number !== number);
  }

  /** Simulated seconds since the start, at the instant that is shown. */
  get now(): number {
    return this.run.value === "running" && this.fleet.shown !== null && this.fleet.count > 0
      ? this.fleet.shown
      : this.elapsed;
  }

  /** Day and seconds of that day at a simulated instant. */
  wall(instant: number): { day: number; seconds: number } {
    const total = this.startOfDay + instant;
    return { day: Math.floor(total / DAY_S) + 1, seconds: total - Math.floor(total / DAY_S) * DAY_S };
  }

  /** The simulated instant of a tick, at the present length of ticks. */
  instantOf(tick: number): number {
    return this.elapsed + (tick - this.tick) * (this.pace.value.speed / this.pace.value.tick_rate);
  }

  async fetchJson(path: string): Promise<unknown> {
    const headers: HeadersInit = this.token === null ? {} : { Authorization: `Bearer ${this.token}` };
    const response = await fetch(path, { headers, cache: "no-store" });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  }

  /** Learn of packages that were born before this page was opened. */
  async lookUpPackages(): Promise<void> {
    try {
      const state = (await this.fetchJson("/api/state")) as { packages: PackageData[]; agents: Agent[] };
      const broker = state.agents.find((agent): agent is Broker => agent.kind === "broker");
      for (const item of state.packages) {
        this.packages.add(item, (tick) => this.instantOf(tick), broker?.assigned_packages[item.id] ?? null);
      }
      for (const agent of state.agents) {
        if (agent.kind !== "truck") continue;
        for (const id of agent.loaded_packages) {
          const found = this.packages.get(id);
          if (found !== undefined) found.truck = agent.id;
        }
      }
      this.beat.value += 1;
    } catch (error) {
      this.notify(`The packages could not be looked up: ${String((error as Error).message)}`, true);
    }
  }

  private begin(): void {
    this.positionsHz = 0;
    this.subscribe();
    window.setTimeout(() => void this.checkEmpty(), 400);
  }

  /** An empty world sends no picture: ask whether that is what it is. */
  private async checkEmpty(): Promise<void> {
    if (this.known.value) return;
    try {
      const state = (await (await fetch("/ready")).json()) as { running: boolean; paused: boolean };
      if (this.known.value) return;
      batch(() => {
        this.run.value = state.paused ? "paused" : state.running ? "running" : "stopped";
        this.known.value = true;
      });
    } catch {
      // The connection is gone again; the next one asks anew.
      this.known.value = false;
    }
  }

  private subscribe(): void {
    const wanted = this.fleet.count > MANY_TRUCKS ? 4 : 20;
    if (wanted === this.positionsHz) return;
    this.positionsHz = wanted;
    // Trucks come as compact frames; updates one by one are needed of brokers only.
    this.ask("stream.subscribe", { rate_hz: 5, positions_hz: wanted, agent_kinds: ["broker"] }).catch(() => {
      this.positionsHz = 0;
    });
  }

  private onBeat(): void {
    this.beat.value += 1;
    this.truckCount.value = this.fleet.count;
    if (performance.now() - this.lastWarning > WARNING_MS) this.lag.value = null;
    if (this.connection.value.name === "open") this.subscribe();
    if (this.selection.value?.kind === "truck" && this.beat.value % 3 === 0) void this.describe();
  }

  private async describe(): Promise<void> {
    const selected = this.selection.value;
    if (selected?.kind !== "truck" || this.connection.value.name !== "open") return;
    try {
      const data = (await this.ask("agent.describe", { agent_id: selected.id })) as unknown as Truck;
      if (this.selection.value?.id === selected.id) this.described.value = data;
    } catch {
      // It is gone; the inspector says so as long as nothing is known of it.
      if (this.selection.value?.id === selected.id) this.described.value = null;
    }
  }

  private async pollSummary(): Promise<void> {
    if (this.connection.value.name === "open" && document.visibilityState === "visible") {
      const begun = performance.now();
      try {
        const summary = (await this.fetchJson("/api/summary")) as Summary;
        batch(() => {
          this.summary.value = summary;
          this.series.add(summary, this.fleet.stateCounts());
        });
        if (this.run.value !== "running") {
          this.elapsed = (summary.simulated_hours ?? 0) * 3600;
          if (this.lastTick !== null) this.startOfDay = Math.round(wallSeconds(this.lastTick) - this.elapsed);
        }
      } catch {
        // The figures stay as they are until the server answers again; the banner tells of a lost connection.
        this.summaryPauseMs = SUMMARY_MS;
      }
      // A large world takes its time to add up; it is asked less often.
      this.summaryPauseMs = Math.max(SUMMARY_MS, 15 * (performance.now() - begun));
    }
    window.setTimeout(() => void this.pollSummary(), this.summaryPauseMs);
  }

  private receiveFrame(buffer: ArrayBuffer): void {
    const frame = readPositions(buffer);
    this.lastFrame = performance.now();
    this.elapsed = frame.elapsed;
    this.tick = frame.tick;
    if (this.lastTick?.tick === frame.tick) this.startOfDay = Math.round(wallSeconds(this.lastTick) - frame.elapsed);
    this.fleet.push(frame);
  }

  private receive(message: Envelope): void {
    const { signal: name, data } = message;
    const handler = this.handlers[name];
    if (handler !== undefined) handler(data, message);
    const wall = this.wall(this.elapsed);
    if (this.feed.take(message, (wall.day - 1) * DAY_S + wall.seconds)) {
      this.packages.take(message, (tick) => this.instantOf(tick));
    }
  }

  private readonly handlers: Record<string, (data: Record<string, unknown>, message: Envelope) => void> = {
    "tick.start": (data) => this.onTick(data as unknown as TickData),
    "tick.end": (data) => this.onTick(data as unknown as TickData),
    "map.created": (data) => this.onMap(data as MapData),
    "agent.listed": (data, message) => {
      if (message.request_id === undefined) this.onAgents(data.agents as Agent[]);
    },
    "agent.created": (data) => this.onAgent(data as unknown as Agent),
    "agent.updated": (data) => this.onAgentUpdated(data as unknown as TruckDiff | BrokerDiff),
    "agent.deleted": (data) => this.onAgentDeleted(String(data.agent_id)),
    "building.created": (data) => {
      this.map.value?.place(data.building as Building, Number(data.node_id));
      this.mapChanged();
    },
    "building.updated": (data) => {
      const placed = this.map.value?.buildings.get(String(data.building_id));
      if (placed !== undefined) placed.data = data.building as Building;
    },
    "building.deleted": (data) => {
      this.map.value?.buildings.delete(String(data.building_id));
      if (this.selection.value?.id === data.building_id) this.select(null);
      this.mapChanged();
    },
    "simulation.started": (data) => this.onRun("running", data as unknown as Pace),
    "simulation.updated": (data) => {
      this.pace.value = { tick_rate: Number(data.tick_rate), speed: Number(data.speed) };
    },
    "simulation.paused": () => this.onRun("paused"),
    "simulation.resumed": () => this.onRun("running"),
    "simulation.stopped": () => this.onRun("stopped"),
    "simulation.resetted": () => {
      this.onRun("stopped");
      this.forgetHistory();
      this.elapsed = 0;
    },
    "simulation.state_imported": () => {
      this.onRun("stopped");
      this.forgetHistory();
    },
    "simulation.tick_rate_warning": (data) => {
      this.lastWarning = performance.now();
      this.lag.value = String(data.message);
    },
    "stream.roster": (data) => {
      this.fleet.setRoster(Number(data.roster), data.ids as string[]);
      this.truckCount.value = this.fleet.count;
    },
    error: (data, message) => {
      // Answers are shown where the action was taken; what nobody asked for concerns everybody.
      if (message.request_id === undefined) this.notify(String(data.message), true);
    },
  };

  /** Count buildings that came and went: the map draws them anew. */
  readonly mapVersion = signal(0);
  private mapChanged(): void {
    this.mapVersion.value += 1;
  }

  private onTick(data: TickData): void {
    this.tick = data.tick;
    this.lastTick = data;
    // Where no frames come, the bracket is all that tells the simulated instant.
    if (performance.now() - this.lastFrame > 1000) this.elapsed = wallSeconds(data) - this.startOfDay;
  }

  private onRun(state: RunState, pace?: Pace): void {
    batch(() => {
      this.run.value = state;
      if (pace !== undefined) this.pace.value = { tick_rate: pace.tick_rate, speed: pace.speed };
    });
  }

  private onMap(data: MapData): void {
    batch(() => {
      this.map.value = new RoadMap(data);
      this.known.value = true;
      const selected = this.selection.value;
      if (selected?.kind === "building" && !this.map.value.buildings.has(selected.id)) this.selection.value = null;
    });
  }

  private onAgents(agents: Agent[]): void {
    const trucks = agents.filter((agent): agent is Truck => agent.kind === "truck");
    batch(() => {
      this.known.value = true;
      this.broker.value = agents.find((agent): agent is Broker => agent.kind === "broker") ?? null;
      this.fleet.putAll(
        trucks.map((truck) => ({
          id: truck.id,
          place: this.placeOf(truck),
          load: truck.loaded_packages.length > 0 ? 128 : 0,
        })),
      );
      this.truckCount.value = this.fleet.count;
    });
  }

  private onAgent(agent: Agent): void {
    if (agent.kind === "truck") {
      this.fleet.put(agent.id, this.placeOf(agent), 0);
      this.truckCount.value = this.fleet.count;
    } else if (agent.kind === "broker") this.broker.value = agent;
  }

  private onAgentUpdated(diff: TruckDiff | BrokerDiff): void {
    if (diff.kind === "broker") {
      const broker = this.broker.value;
      const balance = diff.balance_ducats_signed ?? diff.balance_ducats;
      if (broker === null || broker.id !== diff.id) return;
      this.broker.value = { ...broker, balance_ducats: balance };
    } else if (diff.kind === "truck" && this.run.value !== "running") {
      this.fleet.put(diff.id, this.placeOf(diff), diff.loaded_packages.length > 0 ? 128 : 0);
    }
  }

  private onAgentDeleted(id: string): void {
    this.fleet.remove(id);
    this.truckCount.value = this.fleet.count;
    if (this.broker.value?.id === id) this.broker.value = null;
    const selected = this.selection.value;
    if (selected?.id === id && (selected.kind === "truck" || selected.kind === "broker")) this.select(null);
  }

  private placeOf(truck: TruckDiff & Partial<Truck>): Place {
    const parked = this.map.value?.buildings.get(truck.current_building_id ?? "")?.data.type === "parking";
    const activity = ACTIVITIES.indexOf(derivedActivity(truck, parked));
    if (truck.current_edge !== null) {
      const place = this.map.value?.along(truck.current_edge, truck.edge_progress_m ?? 0);
      if (place) return { ...place, activity };
    }
    const at = truck.current_node === null ? null : this.map.value?.nodePosition(truck.current_node);
    return { x: at?.[0] ?? 0, y: at?.[1] ?? 0, heading: 0, activity };
  }

  private forgetHistory(): void {
    this.feed.clear();
    this.packages.clear();
    this.series.clear();
  }
}
