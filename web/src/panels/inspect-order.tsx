/** What an order is beyond a package: its windows, what it needs, what is planned and promised; and how to take it back. */

import { useContext, useState } from "preact/hooks";
import type { OrderForm } from "../generated/server";
import * as format from "../model/format";
import { dueOf, latenessOf } from "../model/orders";
import { Context } from "../ui/context";
import { Button, Facts, Problem, useAction } from "../ui/parts";

const UNIT_TEXT: Record<string, [string, string]> = { volume_m3: ["Volume", "m³"], pallets: ["Pallet places", ""] };
const CANCELLABLE: readonly OrderForm["status"][] = ["announced", "open", "awarded", "loading"];

export function OrderDetails({ order }: { order: OrderForm }) {
  const { world } = useContext(Context);
  const at = (time: number | null) => (time === null ? "–" : format.dayAndTime(world.clock.at(time)));
  const late = latenessOf(order, world.clock.elapsed);
  return (
    <>
      <h3>Planned</h3>
      <Facts
        rows={[
          ["Pickup begins", at(order.planned_pickup)],
          ["Delivery ends", at(order.planned_delivery)],
          ["Promised by", at(order.promised)],
          [
            "Late by",
            <span key="late" class={late ? "late" : ""}>
              {format.lateness(late)}
            </span>,
          ],
        ]}
      />
      <h3>Windows</h3>
      <Facts
        rows={[
          ["Known from", at(order.known_from)],
          ["Pickup", windows(order.pickup_windows, order.earliest_pickup, order.latest_pickup, at)],
          ["Delivery", windows(order.delivery_windows, order.earliest_delivery, order.latest_delivery, at)],
          ["At the origin's dock", minutes(order.pickup_service_min)],
          ["At the destination's dock", minutes(order.delivery_service_min)],
        ]}
      />
      <h3>Goods</h3>
      <Facts
        rows={[
          ...Object.entries(order.quantities).map(([name, amount]): [string, string] => {
            const [label, unit] = UNIT_TEXT[name] ?? [name, ""];
            return [label, `${format.number(amount, Number.isInteger(amount) ? 0 : 2)} ${unit}`.trim()];
          }),
          ["The truck must have", order.requirements.length === 0 ? "nothing special" : order.requirements.join(", ")],
        ]}
      />
    </>
  );
}

function minutes(value: number): string {
  return value === 0 ? "as long as the goods take" : `${format.duration(value * 60)} on top`;
}

function windows(several: [number, number][], earliest: number, latest: number, at: (time: number) => string) {
  const all = several.length > 0 ? several : [[earliest, latest] as [number, number]];
  return (
    <ul class="windows">
      {all.map(([begin, end]) => (
        <li key={begin}>
          {at(begin)} to {dueOf(end) === null ? "any time" : at(end)}
        </li>
      ))}
    </ul>
  );
}

/** Cancelling asks once more, in place; what is aboard cannot be taken back. */
export function CancelOrder({ order }: { order: OrderForm }) {
  const { world } = useContext(Context);
  const action = useAction();
  const [asking, setAsking] = useState(false);
  if (!CANCELLABLE.includes(order.status)) return null;
  const cancel = async () => {
    const done = await action.run(() => world.ask("order.cancel", { order_id: order.order_id }));
    if (done) {
      world.notify(`Cancelled order ${order.order_id}.`);
      world.select(null);
    }
  };
  return (
    <footer class="remove">
      {asking ? (
        <fieldset class="confirm" aria-label="Cancel this order?">
          <span>Cancel this order?</span>
          <Button kind="danger" small busy={action.busy} onClick={() => void cancel()}>
            Cancel the order
          </Button>
          <Button small onClick={() => setAsking(false)}>
            Keep
          </Button>
        </fieldset>
      ) : (
        <Button icon="trash" small onClick={() => setAsking(true)}>
          Cancel this order
        </Button>
      )}
      <Problem text={action.error} />
    </footer>
  );
}
