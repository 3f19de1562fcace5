/** Rows of the list of orders, and what is known of orders that left the world. */

import { expect, test } from "vitest";
import type { OrderForm } from "../src/generated/server";
import { dueOf, latenessOf, mentions, Orders, rowOf } from "../src/model/orders";

const ORDER: OrderForm = {
  order_id: "A-1",
  status: "awarded",
  origin: "depot",
  destination: "Shop",
  mass_t: 1.2,
  quantities: {},
  known_from: 0,
  earliest_pickup: 0,
  latest_pickup: 3600,
  pickup_windows: [],
  earliest_delivery: 0,
  latest_delivery: 7200,
  delivery_windows: [],
  pickup_service_min: 0,
  delivery_service_min: 0,
  requirements: [],
  priority: "MEDIUM",
  urgency: "STANDARD",
  revenue: 0,
  vehicle: "truck-1",
  planned_pickup: 1800,
  planned_delivery: 7000,
  promised: 7100,
};

function tell(orders: Orders, signal: string, data: Record<string, unknown>, request_id?: string): void {
  const envelope = { signal, data: { tick: 1, elapsed_s: 5, order_id: "A-1", ...data } };
  orders.take(request_id === undefined ? envelope : { ...envelope, request_id });
}

test("lateness is that of the plan, without one the time that has passed since it was due", () => {
  expect(latenessOf(ORDER, 9000)).toBe(0);
  expect(latenessOf({ ...ORDER, planned_delivery: 7260 }, 0)).toBe(60);
  const open: OrderForm = { ...ORDER, status: "open", vehicle: null, planned_delivery: null };
  expect(latenessOf(open, 7000)).toBeNull();
  expect(latenessOf(open, 7300)).toBe(100);
});

test("an order without a latest time is due at any time", () => {
  expect(dueOf(1e9)).toBeNull();
  expect(rowOf({ ...ORDER, latest_delivery: 1e9 }, 0).due).toBeNull();
  expect(rowOf(ORDER, 0).due).toBe(7200);
});

test("an order that left the world keeps what was heard and shown of it", () => {
  const orders = new Orders();
  tell(orders, "order.created", { origin: "depot", destination: "Shop", latest_delivery: 7200 });
  tell(orders, "order.assigned", { vehicle: "truck-1" });
  tell(orders, "order.updated", { latest_delivery: 8000 });
  tell(orders, "order.delivered", { vehicle: "truck-1", on_time: false, lateness_s: 90 });
  expect(orders.ended).toEqual([
    {
      id: "A-1",
      origin: "depot",
      destination: "Shop",
      state: "late",
      vehicle: "truck-1",
      due: 8000,
      lateness: 90,
      reason: null,
    },
  ]);
});

test("the answer to who cancels an order is no second end of it", () => {
  const orders = new Orders();
  tell(orders, "order.cancelled", { status: "open", vehicle: null }, "q-1");
  expect(orders.ended).toEqual([]);
  tell(orders, "order.cancelled", { status: "open", vehicle: null });
  expect(orders.ended.map((row) => row.state)).toEqual(["cancelled"]);
  expect(orders.wasCancelled("A-1")).toBe(true);
});

test("the list of ended orders is bounded, the last one first", () => {
  const orders = new Orders();
  for (let number = 0; number < 700; number += 1) {
    tell(orders, "order.expired", { order_id: `A-${number}`, reason: "fleet_busy" });
  }
  expect(orders.ended.length).toBe(500);
  expect(orders.ended[0]?.id).toBe("A-699");
});

test("an order mentions its id, its places and its vehicle", () => {
  const row = rowOf(ORDER, 0);
  for (const text of ["a-1", "DEPOT", "sho", "truck"]) expect(mentions(row, text)).toBe(true);
  expect(mentions(row, "elsewhere")).toBe(false);
});
