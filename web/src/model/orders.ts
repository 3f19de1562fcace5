/** Orders: what a row of the list shows of one that is in the world, and those that left it, as the stream tells of them. */

import type {
  ORDER_STATES,
  OrderCancelledData,
  OrderDeliveredData,
  OrderExpiredData,
  OrderForm,
  OrderRefusedData,
} from "../generated/server";
import type { Envelope } from "../protocol/messages";

export type OrderState = (typeof ORDER_STATES)[number];
export type OrderEnd = "delivered" | "late" | "expired" | "cancelled" | "refused";

export const STATE_TEXT: Record<OrderState | OrderEnd, string> = {
  announced: "Announced",
  open: "Open",
  awarded: "Awarded",
  loading: "Loading",
  aboard: "Aboard",
  unloading: "Unloading",
  delivered: "Delivered",
  late: "Delivered late",
  expired: "Expired",
  cancelled: "Cancelled",
  refused: "Refused",
};

/** Colours of the states, by the names of those of trucks. */
export const STATE_TONE: Record<OrderState | OrderEnd, string> = {
  announced: "idle",
  open: "waiting",
  awarded: "fuelling",
  loading: "loading",
  aboard: "driving",
  unloading: "loading",
  delivered: "resting",
  late: "stranded",
  expired: "stranded",
  cancelled: "idle",
  refused: "stranded",
};

/** Times are simulated seconds since the start; null where there is none, or it is not known to this page. */
export interface OrderRow {
  id: string;
  origin: string | null;
  destination: string | null;
  state: OrderState | OrderEnd;
  vehicle: string | null;
  due: number | null;
  /** Seconds behind the due time: of a delivery, as planned, or so far; 0 when it is in time. */
  lateness: number | null;
  /** Why it was not served. */
  reason: string | null;
}

/** An order without a latest time has one that nobody waits for. */
const NO_LATEST_S = 1e9;
const MOST_ENDED = 500;
/** More orders than a list of ended ones will ever need to know where they were due. */
const MOST_SEEN = 20_000;

export function dueOf(latest: number): number | null {
  return latest >= NO_LATEST_S ? null : latest;
}

/** By how much an order will be late by its present plan; without a plan, how late it is already. Null when that says nothing. */
export function latenessOf(order: OrderForm, now: number): number | null {
  if (order.planned_delivery !== null) return Math.max(0, order.planned_delivery - order.latest_delivery);
  return now > order.latest_delivery ? now - order.latest_delivery : null;
}

export function rowOf(order: OrderForm, now: number): OrderRow {
  return {
    id: order.order_id,
    origin: order.origin,
    destination: order.destination,
    state: order.status,
    vehicle: order.vehicle,
    due: dueOf(order.latest_delivery),
    lateness: latenessOf(order, now),
    reason: null,
  };
}

type Seen = Pick<OrderRow, "origin" | "destination" | "due" | "vehicle">;

export class Orders {
  private rows: OrderRow[] = [];
  private readonly seen = new Map<string, Seen>();

  clear(): void {
    this.rows = [];
    this.seen.clear();
  }

  /** Orders that left the world since this page listens, the last one first. */
  get ended(): readonly OrderRow[] {
    return this.rows;
  }

  /** Whether an order was cancelled lately: then it did not expire, as the plain stream has it. */
  wasCancelled(id: string): boolean {
    return this.rows.some((row) => row.id === id && row.state === "cancelled");
  }

  /** What is known of an order that was shown or heard of. */
  note(id: string, seen: Partial<Seen>): void {
    const before = this.seen.get(id);
    this.seen.delete(id);
    this.seen.set(id, { origin: null, destination: null, due: null, vehicle: null, ...before, ...seen });
    if (this.seen.size > MOST_SEEN) {
      const oldest = this.seen.keys().next().value;
      if (oldest !== undefined) this.seen.delete(oldest);
    }
  }

  /** Follow what a signal of the stream says; answers to questions are none. */
  take({ signal, data, request_id }: Envelope): void {
    if (!signal.startsWith("order.") || request_id !== undefined) return;
    const id = String(data.order_id);
    switch (signal) {
      case "order.created":
        this.note(id, {
          origin: String(data.origin),
          destination: String(data.destination),
          due: dueOf(Number(data.latest_delivery)),
        });
        break;
      case "order.updated":
        this.note(id, { due: dueOf(Number(data.latest_delivery)) });
        break;
      case "order.assigned":
        this.note(id, { vehicle: String(data.vehicle) });
        break;
      case "order.reoffered":
        this.note(id, { vehicle: null });
        break;
      case "order.delivered": {
        const { on_time, lateness_s, vehicle } = data as unknown as OrderDeliveredData;
        this.end(id, { state: on_time ? "delivered" : "late", lateness: lateness_s, vehicle });
        break;
      }
      case "order.expired":
        this.end(id, { state: "expired", reason: (data as unknown as OrderExpiredData).reason });
        break;
      case "order.cancelled":
        this.end(id, { state: "cancelled", vehicle: (data as unknown as OrderCancelledData).vehicle });
        break;
      case "order.refused": {
        const { origin, destination, reason } = data as unknown as OrderRefusedData;
        this.end(id, { state: "refused", origin, destination, reason });
        break;
      }
    }
  }

  private end(id: string, what: Partial<OrderRow> & Pick<OrderRow, "state">): void {
    const nothing = { origin: null, destination: null, vehicle: null, due: null, lateness: null, reason: null };
    this.rows = [{ id, ...nothing, ...this.seen.get(id), ...what }, ...this.rows.slice(0, MOST_ENDED - 1)];
    this.seen.delete(id);
  }
}

/** Whether a row mentions a text, capitals or not; as the server chooses. */
export function mentions(row: OrderRow, text: string): boolean {
  const wanted = text.toLowerCase();
  return [row.id, row.origin, row.destination, row.vehicle].some((part) => part?.toLowerCase().includes(wanted));
}
