/** The figures of the run at a glance. */

import { useContext } from "preact/hooks";
import { FIGURES } from "../generated/server";
import { STATE_TEXT, STATES } from "../model/activities";
import { failureCauses } from "../model/causes";
import * as format from "../model/format";
import type { Summary } from "../protocol/messages";
import { Context } from "../ui/context";
import { Glyph } from "../ui/glyph";
import { Fill } from "../ui/parts";
import { Ref } from "../ui/reference";

export function Overview() {
  const { world, bench } = useContext(Context);
  const s = world.summary.value;
  const broker = world.broker.value;
  if (s === null) return <p class="muted">Waiting for the first figures…</p>;
  if (s.simulated_hours === undefined) {
    return (
      <>
        <p class="note">Up to here the recording holds no figures of the run.</p>
        <TruckCount />
      </>
    );
  }
  return (
    <>
      <Headline figures={s} />
      <h3>Packages</h3>
      <div class="tiles three">
        <Tile
          figure="packages_waiting"
          about="at their origin, with or without a truck assigned, now"
          name="Waiting"
          value={format.short((s.packages_waiting ?? 0) + (s.packages_awarded ?? 0))}
          note={`${format.short(s.packages_awarded)} have a truck`}
        />
        <Tile figure="packages_aboard" name="In transit" value={format.short(s.packages_aboard)} />
        <Tile
          figure="packages_overdue"
          name="Overdue"
          value={format.short(s.packages_overdue)}
          note="deadline past"
          tone={(s.packages_overdue ?? 0) > 0 ? "bad" : ""}
        />
        <Tile
          figure="packages_delivered"
          name="Delivered"
          value={format.short(s.packages_delivered)}
          note={`of ${format.short(s.packages_created)} created`}
          tone="good"
        />
        <Tile
          figure="packages_expired"
          name="Expired"
          value={format.short(s.packages_expired)}
          tone={(s.packages_expired ?? 0) > 0 ? "bad" : ""}
        />
        <Tile
          figure="packages_rejected"
          name="Refused"
          value={format.short(s.packages_rejected)}
          note={s.rejected_share === null ? "" : `${format.percent(s.rejected_share, 1)} of demand`}
          tone={(s.packages_rejected ?? 0) > 0 ? "bad" : ""}
        />
      </div>
      <Causes figures={s} />
      <div class="ratios">
        <Ratio figure="service_level" name="Delivered, of all ended" share={s.service_level} />
        <Ratio figure="on_time_share" name="On time, of delivered" share={s.on_time_share} />
        <Ratio figure="utilisation" name="Fleet at work" share={s.utilisation} />
        <Ratio
          figure="empty_km_share"
          inverse
          name="Kilometres with cargo"
          share={s.empty_km_share === null || s.empty_km_share === undefined ? null : 1 - s.empty_km_share}
        />
      </div>
      <TruckCount />
      <h3>On the road</h3>
      <div class="tiles three">
        <Tile figure="km" name="Distance" value={format.short(s.km)} unit={FIGURES.km?.unit ?? ""} />
        <Tile
          figure="litres"
          name="Fuel"
          value={format.short(s.litres)}
          unit="L"
          note={s.litres_per_100km === null ? "" : `${format.number(s.litres_per_100km, 1)} L/100 km`}
        />
        <Tile
          figure="co2_kg"
          name="CO₂"
          value={format.short(s.co2_kg)}
          unit={FIGURES.co2_kg?.unit ?? ""}
          note={s.co2_g_per_tonne_km === null ? "" : `${format.number(s.co2_g_per_tonne_km)} g per t·km`}
        />
      </div>
      <h3>Money</h3>
      <dl class="money">
        <Row figure="broker_balance" name="Balance of the broker" value={s.broker_balance} strong />
        <Row figure="broker_revenue" name="Paid for deliveries" value={s.broker_revenue} />
        <Row figure="fuel_burnt_cost" name="Fuel burnt" value={negative(s.fuel_burnt_cost)} />
        <Row figure="fuel_cost" name="Fuel bought" value={negative(s.fuel_cost)} />
        <Row name="Fines: overtime, expired" value={negative((s.penalty_cost ?? 0) + (s.expiry_fines ?? 0))} />
        <Row figure="rescue_cost" name="Rescues" value={negative(s.rescue_cost)} />
      </dl>
      <p class="muted">
        Fuel price {format.ducats(s.fuel_price, 2)} per litre
        {broker !== null && (
          <>
            {" · broker "}
            <Ref reference={{ kind: "broker", id: broker.id }} />
          </>
        )}
      </p>
      {broker === null && world.map.value !== null && !world.replay.playing.value && (
        <p class="note">
          Nobody assigns packages yet.{" "}
          <button type="button" class="link" onClick={() => bench.show("build", "fleet")}>
            Create a broker
          </button>
        </p>
      )}
      <h3>Times</h3>
      <dl class="money">
        <Span figure="mean_pickup_wait_min" name="Wait for pickup" minutes={s.mean_pickup_wait_min} />
        <Span figure="mean_lead_time_min" name="Creation to delivery" minutes={s.mean_lead_time_min} />
        <Span figure="dock_mean_wait_min" name="Wait for a dock" minutes={s.dock_mean_wait_min} />
        <Span figure="pump_mean_wait_min" name="Wait for a pump" minutes={s.pump_mean_wait_min} />
      </dl>
    </>
  );
}

/** What was on time and in full of all that is due, and what became of the rest. */
function Headline({ figures: s }: { figures: Summary }) {
  const due = s.packages_due ?? 0;
  const failed = (
    [
      ["late", s.packages_late],
      ["expired", s.packages_expired],
      ["refused", s.packages_rejected],
      ["overdue", s.packages_overdue],
    ] as const
  ).filter(([, count]) => (count ?? 0) > 0);
  const rest = failed.map(([name, count]) => `${format.number(count)} ${name}`).join(", ");
  return (
    <section class="headline" aria-label="On time and in full" title={FIGURES.otif_share?.definition}>
      <p class="headline-name">On time and in full</p>
      <p class="headline-value">{format.percent(s.otif_share, 1)}</p>
      <p class="tile-note">
        {due === 0
          ? "Nothing is due yet."
          : `${format.number(s.packages_on_time)} of ${format.number(due)} due${rest === "" ? "" : `; ${rest}`}`}
      </p>
    </section>
  );
}

const MOST_CAUSES = 4;

/** Why demand failed, most frequent first. */
function Causes({ figures }: { figures: Summary }) {
  const causes = failureCauses(figures);
  if (causes.length === 0) return null;
  return (
    <>
      <h3>Why packages failed</h3>
      <dl class="money causes">
        {causes.slice(0, MOST_CAUSES).map(({ text, count }) => (
          <div key={text}>
            <dt>{text}</dt>
            <dd>{format.number(count)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function negative(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : value === 0 ? 0 : -value;
}

/** `figure` is the name of the figure in the server's catalogue, which says what it means. */
function Tile(props: {
  figure: string;
  about?: string;
  name: string;
  value: string;
  unit?: string;
  note?: string;
  tone?: string;
}) {
  return (
    <div class={`tile ${props.tone ?? ""}`} title={props.about ?? FIGURES[props.figure]?.definition}>
      <p class="tile-name">{props.name}</p>
      <p class="tile-value">
        {props.value}
        {props.unit !== undefined && <span class="tile-unit"> {props.unit}</span>}
      </p>
      {props.note !== undefined && props.note !== "" && <p class="tile-note">{props.note}</p>}
    </div>
  );
}

interface RatioProps {
  figure: string;
  name: string;
  share: number | null | undefined;
  /** Whether what is shown is what the figure leaves of the whole. */
  inverse?: boolean;
}

function Ratio({ figure, name, share, inverse }: RatioProps) {
  return (
    <div class="ratio" title={inverse === true ? `1 − (${FIGURES[figure]?.definition})` : FIGURES[figure]?.definition}>
      <span>{name}</span>
      <div class="bar-track">
        <Fill class="bar-fill" share={share ?? 0} />
      </div>
      <span class="ratio-value">{format.percent(share)}</span>
    </div>
  );
}

interface RowProps {
  figure?: string;
  name: string;
  value: number | null | undefined;
  strong?: boolean;
}

function Row({ figure = "", name, value, strong }: RowProps) {
  return (
    <div class={strong ? "strong" : ""} title={FIGURES[figure]?.definition}>
      <dt>{name}</dt>
      <dd>{format.ducats(value)}</dd>
    </div>
  );
}

function Span({ figure, name, minutes }: { figure: string; name: string; minutes: number | null | undefined }) {
  return (
    <div title={FIGURES[figure]?.definition}>
      <dt>{name}</dt>
      <dd>{minutes === null || minutes === undefined ? "–" : format.duration(minutes * 60)}</dd>
    </div>
  );
}

function TruckCount() {
  const { world } = useContext(Context);
  return (
    <>
      <h3>
        Trucks <span class="count">{format.number(world.movement.count.value)}</span>
      </h3>
      <TruckStates />
    </>
  );
}

export function TruckStates() {
  const { world } = useContext(Context);
  world.beat.value;
  const counts = world.fleet.stateCounts();
  const total = Math.max(1, world.fleet.count);
  return (
    <>
      <div class="stack" aria-hidden="true">
        {STATES.map(
          (state, i) =>
            (counts[i] ?? 0) > 0 && <Fill key={state} class={`stack-part ${state}`} share={(counts[i] ?? 0) / total} />,
        )}
      </div>
      <ul class="states">
        {STATES.map((state, i) => (
          <li key={state}>
            <Glyph state={state} />
            <span>{STATE_TEXT[state]}</span>
            <span class="states-count">{format.number(counts[i])}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
