/** A package, which is an order, and its journey; the broker and its queue. */

import { useContext } from "preact/hooks";
import type { OrderForm } from "../generated/server";
import * as format from "../model/format";
import { dueOf, type OrderEnd, type OrderState, STATE_TEXT, STATE_TONE } from "../model/orders";
import type { KnownPackage } from "../model/packages";
import type { PackageStatus } from "../protocol/messages";
import { Context } from "../ui/context";
import { Facts } from "../ui/parts";
import { Ref } from "../ui/reference";
import { FeedList } from "./feed-list";
import { CancelOrder, OrderDetails } from "./inspect-order";

/** A package makes about five events in its life. */
const MOST_HEARD = 20;
const STATUS_TEXT: Record<PackageStatus, string> = {
  WAITING_PICKUP: "Waiting for pickup",
  IN_TRANSIT: "On its way",
  DELIVERED: "Delivered",
  EXPIRED: "Expired",
};
const STATUS_TONE: Record<PackageStatus, string> = {
  WAITING_PICKUP: "waiting",
  IN_TRANSIT: "driving",
  DELIVERED: "resting",
  EXPIRED: "stranded",
};

const LEAD_TEXT: Partial<Record<OrderState | OrderEnd, string>> = {
  announced: "Not known yet",
  open: "Waiting for a truck",
  awarded: "Waiting, a truck is coming",
  loading: "Being loaded",
  aboard: "On its way",
  unloading: "Being unloaded",
};
const UNITS_PER_T = 10;

function words(value: string): string {
  return value.charAt(0) + value.slice(1).toLowerCase().replaceAll("_", " ");
}

export function PackageInspector({ id }: { id: string }) {
  const { world } = useContext(Context);
  world.beat.value;
  const order = world.order.value?.order_id === id ? world.order.value : null;
  const end = world.orders.ended.find((row) => row.id === id);
  const found = order === null ? world.packages.get(id) : packageOf(order, (time) => world.clock.at(time));
  if (found === undefined) {
    const heard = world.feed.newest(MOST_HEARD, (entry) => entry.data.package_id === id);
    return (
      <>
        <p class="muted">
          {world.replay.playing.value
            ? "Its birth is not in what was played since the last jump: a recording tells of packages only then."
            : "This order is not in the world any more."}
        </p>
        {heard.length > 0 && <FeedList entries={heard} label="What was heard of it" />}
      </>
    );
  }
  const assigned = found.status === "WAITING_PICKUP" && found.truck !== null;
  return (
    <>
      <div class="lead">
        <Lead found={found} state={order?.status ?? end?.state} />
      </div>
      <ol class="journey" aria-label="Journey">
        <li class="done">
          <span class="task-number">A</span>
          <div>
            <p>
              <Ref reference={{ kind: "building", id: found.origin_site }} />
            </p>
            <p class="muted">
              {order?.status === "announced" ? "Known from" : "Born"} {format.dayAndTime(found.spawn_time_s)}
            </p>
          </div>
        </li>
        {found.truck !== null && (
          <li class={found.status === "WAITING_PICKUP" ? "" : "done"}>
            <span class="task-number">→</span>
            <div>
              <p>
                <Ref reference={{ kind: "truck", id: found.truck }} />
              </p>
              <p class="muted">
                {assigned ? "will pick it up" : found.status === "IN_TRANSIT" ? "carries it" : "carried it"}
              </p>
            </div>
          </li>
        )}
        <li class={found.status === "DELIVERED" ? "done" : ""}>
          <span class="task-number">B</span>
          <div>
            <p>
              <Ref reference={{ kind: "building", id: found.destination_site }} />
            </p>
            <p class="muted">Destination</p>
          </div>
        </li>
      </ol>
      <Facts
        rows={[
          ["Size", format.size(found.size)],
          ["Value", format.ducats(found.value_currency)],
          ["Priority", words(found.priority)],
          ["Urgency", words(found.urgency)],
          [
            "Pick up by",
            <Deadline key="pickup" time={found.pickup_deadline_s} open={found.status === "WAITING_PICKUP"} />,
          ],
          [
            "Deliver by",
            <Deadline key="deliver" time={found.delivery_deadline_s} open={found.status !== "DELIVERED"} />,
          ],
        ]}
      />
      {order !== null && <OrderDetails order={order} />}
      {order !== null && <CancelOrder order={order} />}
    </>
  );
}

/** How far it is: as an order where that is known, else as a package. */
function Lead({ found, state }: { found: KnownPackage; state: OrderState | OrderEnd | undefined }) {
  if (state !== undefined)
    return <span class={`state ${STATE_TONE[state]}`}>{LEAD_TEXT[state] ?? STATE_TEXT[state]}</span>;
  const assigned = found.status === "WAITING_PICKUP" && found.truck !== null;
  return (
    <span class={`state ${STATUS_TONE[found.status]}`}>{assigned ? LEAD_TEXT.awarded : STATUS_TEXT[found.status]}</span>
  );
}

/** An order as the package it is to the plain stream. */
function packageOf(order: OrderForm, at: (time: number) => number): KnownPackage {
  const due = (latest: number) => (dueOf(latest) === null ? undefined : at(latest));
  return {
    id: order.order_id,
    origin_site: order.origin,
    destination_site: order.destination,
    size: order.mass_t * UNITS_PER_T,
    value_currency: order.revenue,
    priority: order.priority,
    urgency: order.urgency,
    spawn_time_s: at(order.known_from),
    pickup_deadline_s: due(order.latest_pickup),
    delivery_deadline_s: due(order.latest_delivery),
    status: order.status === "aboard" || order.status === "unloading" ? "IN_TRANSIT" : "WAITING_PICKUP",
    truck: order.vehicle,
  };
}

function Deadline({ time, open }: { time: number | undefined; open: boolean }) {
  const { world } = useContext(Context);
  const text = format.dayAndTime(time);
  if (!open || time === undefined) return <span>{text}</span>;
  const left = time - world.now;
  return left >= 0 ? (
    <span>{`${text} (in ${format.duration(left)})`}</span>
  ) : (
    <span class="late">{`${text} (${format.duration(-left)} ago)`}</span>
  );
}

export function BrokerInspector() {
  const { world } = useContext(Context);
  const broker = world.broker.value;
  const summary = world.summary.value;
  if (broker === null) return <p class="muted">There is no broker.</p>;
  return (
    <>
      <div class="lead">
        <span class="lead-figure">{format.ducats(summary?.broker_balance ?? broker.balance_ducats)}</span>
      </div>
      <Facts
        rows={[
          ["Waiting for an award", format.number(summary?.packages_waiting)],
          ["Awarded, not picked up", format.number(summary?.packages_awarded)],
          ["On the road", format.number(summary?.packages_aboard)],
          ["Awards so far", format.number(summary?.awards)],
          ["Revenue", format.ducats(summary?.broker_revenue)],
          ["Fines for expired packages", format.ducats(summary?.expiry_fines)],
        ]}
      />
    </>
  );
}
