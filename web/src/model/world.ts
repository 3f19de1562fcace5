/** The world as the stream tells it: everything the panels and the map show, and the actions people may take. */

import { batch, type Signal, signal } from "@preact/signals";
import type { OrderDescribedData } from "../generated/server";
import { Connection, type ConnectionState, socketAddress } from "../protocol/connection";
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
  WorldNow,
} from "../protocol/messages";
import { SimulatedClock } from "./clock";
import { Feed, type Reference } from "./feed";
import { Figures } from "./figures";
import type { Fleet } from "./fleet";
import { Movement } from "./movement";
import { Notices } from "./notices";
import { Orders } from "./orders";
import { Packages } from "./packages";
import { Replay, type ReplayStatus } from "./replay";
import { RoadMap } from "./roads";

export type RunState = "stopped" | "running" | "paused";

const BEAT_MS = 250;
const TOKEN_KEY = "spine.token";
const WARNING_MS = 4000;

export class World {
  readonly connection = signal<ConnectionState>({ name: "connecting" });
  readonly run = signal<RunState>("stopped");
  readonly pace = signal<Pace>({ tick_rate: 20, speed: 1 });
  readonly map = signal<RoadMap | null>(null);
  readonly broker = signal<Broker | null>(null);
  readonly selection = signal<Reference | null>(null);
  readonly described = signal<Truck | null>(null);
  /** The selected order as the server has it; null when it is not in the world. */
  readonly order = signal<OrderDescribedData | null>(null);
  readonly follow = signal(false);
  /** Whether the first picture, or the news that there is none, has come. */
  readonly known = signal(false);
  /** Counts a few times a second: what changes all the time is read when this changes. */
  readonly beat = signal(0);
  /** Why the wanted pace is not kept, null when it is. */
  readonly lag = signal<string | null>(null);
  readonly feed = new Feed();
  readonly packages = new Packages();
  readonly orders = new Orders();
  readonly figures = new Figures(
    (path) => this.fetchJson(path),
    () => this.connection.value.name === "open",
    (summary) => this.onSummary(summary),
  );
  readonly clock = new SimulatedClock();
  readonly notices = new Notices();
  readonly replay = new Replay();
  readonly movement = new Movement(this.clock, (action, params) => this.ask(action, params));
  private lastWarning = -Infinity;
  private token = sessionStorage.getItem(TOKEN_KEY);
  /** Which world, or which life of it, what was heard so far is about. */
  private identity: string | null = null;
  /** What has come of a picture since the server last said where its world stands: an empty world sends none. */
  private pictured = { map: false, agents: false };
  private newConnection = true;
  private readonly link: Connection;

  constructor() {
    this.link = new Connection(socketAddress(document.baseURI), {
      onState: (state) => {
        this.connection.value = state;
      },
      onSignal: (message) => this.receive(message),
      onFrame: (buffer) => this.movement.takeFrame(buffer),
      onOpen: () => this.begin(),
    });
  }

  start(): void {
    this.link.open(this.token);
    window.setInterval(() => this.onBeat(), BEAT_MS);
    this.figures.start();
    window.addEventListener("online", () => this.link.retry());
  }

  /** Connect again as somebody else; an empty token means nobody in particular. */
  identify(token: string): void {
    this.token = token === "" ? null : token;
    if (this.token === null) sessionStorage.removeItem(TOKEN_KEY);
    else sessionStorage.setItem(TOKEN_KEY, this.token);
    this.link.open(this.token);
  }

  get fleet(): Fleet {
    return this.movement.fleet;
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

  /** Choose what is inspected; the promise is kept when all that is known of it has come. */
  async select(reference: Reference | null): Promise<void> {
    batch(() => {
      const same = reference?.kind === this.selection.value?.kind && reference?.id === this.selection.value?.id;
      if (!same) {
        this.follow.value = false;
        this.described.value = null;
        this.order.value = null;
      }
      this.selection.value = reference;
    });
    if (reference?.kind === "truck") await this.describe();
    if (reference?.kind === "package") await this.describeOrder();
    if (reference?.kind === "package" && this.packages.get(reference.id) === undefined) await this.lookUpPackages();
  }

  notify(text: string, bad = false): void {
    this.notices.add(text, bad);
  }

  get summary(): Signal<Summary | null> {
    return this.figures.summary;
  }

  /** The simulated time that is shown, clock seconds: those since midnight of the first day. */
  get now(): number {
    const { shown } = this.fleet;
    const running = this.run.value === "running" && shown !== null && this.fleet.count > 0;
    return this.clock.at(running ? shown : this.clock.elapsed);
  }

  async fetchJson(path: string): Promise<unknown> {
    const headers: HeadersInit = this.token === null ? {} : { Authorization: `Bearer ${this.token}` };
    const response = await fetch(path, { headers, cache: "no-store" });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  }

  /** Learn of packages that were born before this page was opened. */
  async lookUpPackages(): Promise<void> {
    // A recording tells of packages what happens to them, not which there are.
    if (this.replay.playing.value) return;
    try {
      const state = (await this.fetchJson("api/state")) as { packages: PackageData[]; agents: Agent[] };
      const broker = state.agents.find((agent): agent is Broker => agent.kind === "broker");
      for (const item of state.packages) {
        this.packages.add(item, broker?.assigned_packages[item.id] ?? null);
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
    this.replay.doubt();
    this.newConnection = true;
    this.pictured = { map: false, agents: false };
    this.movement.begin();
  }

  /** The server has said where its world stands, after its picture if there is one: nothing older counts against that. */
  private onStanding(now: WorldNow): void {
    const another = this.identity !== null && now.id !== this.identity;
    this.identity = now.id;
    batch(() => {
      if (another || this.newConnection) {
        if (!this.pictured.map) this.map.value = null;
        if (!this.pictured.agents) this.onAgents([]);
      }
      if (another) this.forgetHistory();
      this.clock.takeWorld(now);
      this.onRun(now.run_state, now);
      this.known.value = true;
    });
    this.newConnection = false;
    this.pictured = { map: false, agents: false };
    this.replay.settle();
    this.figures.ask();
    this.figures.doubtProblems();
  }

  private onBeat(): void {
    this.beat.value += 1;
    if (performance.now() - this.lastWarning > WARNING_MS) this.lag.value = null;
    if (this.connection.value.name === "open") this.movement.subscribe();
    if (this.beat.value % 3 !== 0) return;
    if (this.selection.value?.kind === "truck") void this.describe();
    if (this.selection.value?.kind === "package") void this.describeOrder();
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

  private async describeOrder(): Promise<void> {
    const selected = this.selection.value;
    const live = this.connection.value.name === "open" && !this.replay.playing.value;
    if (selected?.kind !== "package" || !live) return;
    let found: OrderDescribedData | null = null;
    try {
      found = (await this.ask("order.describe", { order_id: selected.id })) as unknown as OrderDescribedData;
    } catch {
      // It has left the world; what was heard of it is shown.
    }
    if (this.selection.value?.kind === "package" && this.selection.value.id === selected.id) this.order.value = found;
  }

  private receive(message: Envelope): void {
    const { signal: name, data } = message;
    const handler = this.handlers[name];
    if (handler !== undefined) handler(data, message);
    this.orders.take(message);
    if (name === "package.expired" && this.orders.wasCancelled(String(data.package_id))) {
      this.packages.take(message);
      return;
    }
    if (this.feed.take(message, this.clock.at(this.clock.elapsed))) this.packages.take(message);
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
    "simulation.updated": (data) => this.onPace(data as unknown as Pace),
    "simulation.paused": () => this.onRun("paused"),
    "simulation.resumed": () => this.onRun("running"),
    "simulation.stopped": () => this.onRun("stopped"),
    "simulation.resetted": () => {
      this.onRun("stopped");
      // Where the other life of the world stands is in the answer.
      this.movement.begin();
    },
    "simulation.state_imported": () => {
      this.onRun("stopped");
      this.movement.begin();
    },
    "simulation.tick_rate_warning": (data) => {
      this.lastWarning = performance.now();
      this.lag.value = String(data.message);
    },
    "stream.roster": (data) => this.movement.setRoster(Number(data.roster), data.ids as string[]),
    // The server answers this after its first picture.
    "stream.subscribed": (data) => this.onStanding(data.world as unknown as WorldNow),
    "replay.status": (data) => this.onPlace(data as unknown as ReplayStatus),
    error: (data, message) => {
      // Answers are shown where the action was taken; what nobody asked for concerns everybody.
      if (message.request_id === undefined) this.notify(String(data.message), true);
    },
  };

  /** Count buildings that came and went: the map draws them anew. */
  readonly mapVersion = signal(0);
  private mapChanged(): void {
    this.mapVersion.value += 1;
    this.figures.doubtProblems();
  }

  private onSummary(summary: Summary): void {
    // A world at rest sends no ticks, and not every one was told before it came to rest.
    const hours = summary.simulated_hours;
    if (this.run.value === "running" || this.replay.playing.value || hours === undefined || hours === null) return;
    this.clock.elapsed = hours * 3600;
  }

  private onPlace(status: ReplayStatus): void {
    this.replay.take(status);
    this.clock.takePlace(status.now);
  }

  private onTick(data: TickData): void {
    this.clock.takeTick(data, this.movement.ticksAlone);
  }

  private onRun(state: RunState, pace?: Pace): void {
    this.fleet.playout.interrupt();
    batch(() => {
      this.run.value = state;
      if (pace !== undefined) this.onPace(pace);
    });
  }

  private onPace({ tick_rate, speed }: Pace): void {
    this.pace.value = { tick_rate, speed };
    this.movement.setPace({ tick_rate, speed });
  }

  private onMap(data: MapData): void {
    this.pictured.map = true;
    this.figures.doubtProblems();
    batch(() => {
      this.map.value = new RoadMap(data);
      this.known.value = true;
      const selected = this.selection.value;
      if (selected?.kind === "building" && !this.map.value.buildings.has(selected.id)) this.selection.value = null;
    });
  }

  private onAgents(agents: Agent[]): void {
    this.pictured.agents = true;
    const trucks = agents.filter((agent): agent is Truck => agent.kind === "truck");
    batch(() => {
      this.known.value = true;
      this.broker.value = agents.find((agent): agent is Broker => agent.kind === "broker") ?? null;
    });
    this.movement.list(trucks, this.map.value);
    // Another time of the recording is shown: what was heard before belongs elsewhere.
    if (this.replay.playing.value) this.forgetHistory();
  }

  private onAgent(agent: Agent): void {
    this.figures.doubtProblems();
    if (agent.kind === "truck") this.movement.add(agent, this.map.value);
    else if (agent.kind === "broker") this.broker.value = agent;
  }

  private onAgentUpdated(diff: TruckDiff | BrokerDiff): void {
    if (diff.kind === "broker") {
      const broker = this.broker.value;
      const balance = diff.balance_ducats_signed ?? diff.balance_ducats;
      if (broker === null || broker.id !== diff.id) return;
      this.broker.value = { ...broker, balance_ducats: balance };
    } else if (diff.kind === "truck" && this.run.value !== "running") this.movement.update(diff, this.map.value);
  }

  private onAgentDeleted(id: string): void {
    this.figures.doubtProblems();
    this.movement.remove(id);
    if (this.broker.value?.id === id) this.broker.value = null;
    const selected = this.selection.value;
    if (selected?.id === id && (selected.kind === "truck" || selected.kind === "broker")) this.select(null);
  }

  private forgetHistory(): void {
    this.feed.clear();
    this.packages.clear();
    this.orders.clear();
    this.figures.forget();
  }
}
