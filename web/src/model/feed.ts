/** The event feed: the last events of the stream, in a ring, put into words only when shown. */

import type { Envelope } from "../protocol/messages";
import * as format from "./format";

export const CATEGORIES = ["packages", "deliveries", "expired", "dispatch", "trucks", "agents"] as const;
export type Category = (typeof CATEGORIES)[number];
export const CATEGORY_TEXT: Record<Category, string> = {
  packages: "New packages",
  deliveries: "Deliveries",
  expired: "Expired",
  dispatch: "Dispatch",
  trucks: "Trucks",
  agents: "Agents",
};

export interface FeedEntry {
  number: number;
  tick: number;
  /** Clock seconds, those since midnight of the first day. */
  time: number;
  category: Category;
  name: string;
  data: Record<string, unknown>;
}

const MOST_ENTRIES = 5000;

export class Feed {
  private ring: FeedEntry[] = [];
  private start = 0;
  private counter = 0;

  /** How many have ever been added: changes whenever the feed does. */
  get version(): number {
    return this.counter;
  }

  clear(): void {
    this.ring = [];
    this.start = 0;
    this.counter += 1;
  }

  /** Take an event of the stream in, which says when it happened or has just done so; return whether it is one. */
  take(message: Envelope, now: number): boolean {
    const name = eventName(message);
    const category = CATEGORY_OF[name];
    if (category === undefined) return false;
    // What subscribers hear of orders is also the answer to who changed them, and would be told twice.
    if (name.startsWith("order.") && message.request_id !== undefined) return false;
    this.counter += 1;
    const time = typeof message.data.time_s === "number" ? message.data.time_s : now;
    const entry = { number: this.counter, tick: Number(message.data.tick), time, category, name, data: message.data };
    if (this.ring.length < MOST_ENTRIES) this.ring.push(entry);
    else {
      this.ring[this.start] = entry;
      this.start = (this.start + 1) % MOST_ENTRIES;
    }
    return true;
  }

  /** Return the newest entries that are wanted, newest first. */
  newest(most: number, wanted: (entry: FeedEntry) => boolean): FeedEntry[] {
    const found: FeedEntry[] = [];
    for (let i = this.ring.length - 1; i >= 0 && found.length < most; i -= 1) {
      const entry = this.ring[(this.start + i) % this.ring.length] as FeedEntry;
      if (wanted(entry)) found.push(entry);
    }
    return found;
  }
}

function eventName(message: Envelope): string {
  const { signal, data } = message;
  if (signal === "agent.event") return `truck.${String(data.event_type)}`;
  if (signal === "event.created") {
    return data.type === "broker_event" ? `broker.${String(data.event_type)}` : `world.${String(data.type)}`;
  }
  return signal;
}

const CATEGORY_OF: Record<string, Category> = {
  "package.created": "packages",
  "package.picked_up": "deliveries",
  "package.delivered": "deliveries",
  "package.expired": "expired",
  "order.cancelled": "expired",
  "order.updated": "dispatch",
  "order.reoffered": "dispatch",
  "broker.package_assigned": "dispatch",
  "broker.delivery_payment_received": "dispatch",
  "broker.pickup_expiry_fine": "expired",
  "truck.out_of_fuel": "trucks",
  "truck.fueling_complete": "trucks",
  "truck.penalized": "trucks",
  "truck.rescued": "trucks",
  "truck.stuck": "trucks",
  "truck.roadside_fined": "trucks",
  "world.agent_added": "agents",
  "world.agent_removed": "agents",
  "world.agent_modified": "agents",
  "world.state_restored": "agents",
};

export type Reference = { kind: "truck" | "building" | "package" | "broker"; id: string };
export type Part = string | Reference;

/** Put an entry into words, with what it speaks of as references that can be followed. */
export function describe(entry: FeedEntry): Part[] {
  const d = entry.data;
  const truck: Part = { kind: "truck", id: String(d.agent_id) };
  const parcel: Part = { kind: "package", id: String(d.package_id) };
  const order: Part = { kind: "package", id: String(d.order_id) };
  const site: Part = { kind: "building", id: String(d.site_id) };
  const money = (key: string) => format.ducats(Number(d[key]));
  switch (entry.name) {
    case "package.created":
      return [parcel, " to ", { kind: "building", id: String(d.destination_site) }, `, ${format.size(Number(d.size))}`];
    case "package.picked_up":
      return [truck, " picked up ", parcel];
    case "package.delivered":
      return [parcel, " delivered to ", site];
    case "package.expired":
      return [parcel, " expired at ", site, `, ${money("value_lost")} lost`];
    case "order.cancelled":
      return [order, " was cancelled"];
    case "order.updated":
      return [order, ` was changed: ${(d.changed as string[]).join(", ").replaceAll("_", " ")}`];
    case "order.reoffered":
      return [
        { kind: "truck", id: String(d.vehicle) },
        " cannot keep ",
        order,
        `: ${String(d.reason).replaceAll("_", " ")}`,
      ];
    case "broker.package_assigned":
      return [parcel, " assigned to ", truck];
    case "broker.delivery_payment_received":
      return [`${money("payment")} for `, parcel, d.on_time === true ? ", on time" : ", late"];
    case "broker.pickup_expiry_fine":
      return [`Fine of ${money("fine")} for `, parcel];
    case "truck.out_of_fuel":
      return [truck, " has run out of fuel"];
    case "truck.fueling_complete":
      return [
        truck,
        ` took ${format.litres(Number(d.liters_fueled))} for ${money("total_cost")} at `,
        { kind: "building", id: String(d.gas_station_id) },
      ];
    case "truck.penalized":
      return [
        truck,
        ` fined ${money("penalty_amount")} for ${format.number(Number(d.overtime_hours), 1)} h of overtime`,
      ];
    case "truck.rescued":
      return [truck, ` rescued with ${format.litres(Number(d.liters_fueled))} for ${money("total_cost")}`];
    case "truck.stuck":
      return [truck, ` is stuck: ${String(d.reason)}`];
    case "truck.roadside_fined":
      return [truck, ` fined ${money("penalty_amount")} for resting at the roadside`];
    case "world.agent_added":
      return [`New ${String(d.agent_kind)}: `, agentReference(d)];
    case "world.agent_removed":
      return [`Removed ${String(d.agent_kind)} ${String(d.agent_id)}`];
    case "world.agent_modified":
      return ["Changed ", truck];
    default:
      return ["World restored from a save"];
  }
}

function agentReference(data: Record<string, unknown>): Part {
  if (data.agent_kind === "truck") return { kind: "truck", id: String(data.agent_id) };
  if (data.agent_kind === "broker") return { kind: "broker", id: String(data.agent_id) };
  return String(data.agent_id);
}

export function plainText(entry: FeedEntry): string {
  return describe(entry)
    .map((part) => (typeof part === "string" ? part : part.id))
    .join("");
}
