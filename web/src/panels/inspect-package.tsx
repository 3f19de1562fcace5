/** A package and its journey; the broker and its queue. */

import { useContext } from "preact/hooks";
import * as format from "../model/format";
import type { PackageStatus } from "../protocol/messages";
import { Context } from "../ui/context";
import { Facts } from "../ui/parts";
import { Ref } from "../ui/reference";
import { FeedList } from "./feed-list";

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

function words(value: string): string {
  return value.charAt(0) + value.slice(1).toLowerCase().replaceAll("_", " ");
}

export function PackageInspector({ id }: { id: string }) {
  const { world } = useContext(Context);
  world.beat.value;
  const found = world.packages.get(id);
  if (found === undefined) {
    const heard = world.feed.newest(MOST_HEARD, (entry) => entry.data.package_id === id);
    return (
      <>
        <p class="muted">
          {world.replay.playing.value
            ? "Its birth is not in what was played since the last jump: a recording tells of packages only then."
            : "This package is not in the world any more."}
        </p>
        {heard.length > 0 && <FeedList entries={heard} label="What was heard of it" />}
      </>
    );
  }
  const assigned = found.status === "WAITING_PICKUP" && found.truck !== null;
  return (
    <>
      <div class="lead">
        <span class={`state ${STATUS_TONE[found.status]}`}>
          {assigned ? "Waiting, a truck is coming" : STATUS_TEXT[found.status]}
        </span>
      </div>
      <ol class="journey" aria-label="Journey">
        <li class="done">
          <span class="task-number">A</span>
          <div>
            <p>
              <Ref reference={{ kind: "building", id: found.origin_site }} />
            </p>
            <p class="muted">Born {format.dayAndTime(found.spawn_time_s)}</p>
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
    </>
  );
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
