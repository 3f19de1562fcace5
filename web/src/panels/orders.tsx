/** The list of orders: those in the world a page at a time, as the server has them, and those that left it while this page listened. */

import { useContext, useEffect, useState } from "preact/hooks";
import { CAUSE_LABELS, ORDER_STATES, type OrderListedData } from "../generated/server";
import * as format from "../model/format";
import { mentions, type OrderRow, type OrderState, rowOf, STATE_TEXT, STATE_TONE } from "../model/orders";
import type { World } from "../model/world";
import { Context } from "../ui/context";
import { Button, Problem, SelectField } from "../ui/parts";
import { Ref } from "../ui/reference";

const A_PAGE = 50;
/** Between two questions; longer where the answer takes long, so that watching costs a large world little. */
const PAUSE_MS = 1000;
const PAUSE_FOR_ANSWER = 20;
/** A pause in typing that ends a wish. */
const TYPING_MS = 200;

type Wish = "all" | OrderState | "ended";

export function Orders() {
  const { world } = useContext(Context);
  const [wish, setWish] = useState<Wish>("all");
  const [text, setText] = useState("");
  const [offset, setOffset] = useState(0);
  const { page, problem } = usePage(world, wish, text, offset);
  world.beat.value;
  if (world.replay.playing.value) {
    return <p class="muted">A recording holds what happened to packages, not the list of orders: see the events.</p>;
  }
  const ended = world.orders.ended.filter((row) => text === "" || mentions(row, text));
  const rows =
    wish === "ended"
      ? ended.slice(offset, offset + A_PAGE)
      : (page?.orders.map((order) => rowOf(order, world.clock.elapsed)) ?? []);
  const total = wish === "ended" ? ended.length : (page?.total ?? 0);
  const choose = (chosen: Wish) => {
    setWish(chosen);
    setOffset(0);
  };
  return (
    <div class="orders">
      <div class="orders-tools">
        <SelectField label="Status" value={wish} options={options(page, world)} onChange={choose} />
        <div class="field">
          <label for="orders-text">Mentions</label>
          <input
            id="orders-text"
            type="search"
            placeholder="Id, site or vehicle"
            autocomplete="off"
            spellcheck={false}
            value={text}
            onInput={(event) => {
              setText(event.currentTarget.value);
              setOffset(0);
            }}
          />
        </div>
      </div>
      <Problem text={problem} />
      {rows.length === 0 ? (
        <Nothing wish={wish} text={text} waiting={page === null && problem === null} />
      ) : (
        <Table rows={rows} />
      )}
      <Pages offset={offset} shown={rows.length} total={total} onTurn={setOffset} />
    </div>
  );
}

/** Ask for a page of orders again and again, as long as somebody looks at it. */
function usePage(world: World, wish: Wish, text: string, offset: number) {
  const [page, setPage] = useState<OrderListedData | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const open = world.connection.value.name === "open" && !world.replay.playing.value;
  useEffect(() => {
    if (!open) return;
    let over = false;
    let timer = 0;
    const status = wish === "all" || wish === "ended" ? null : [wish];
    // Of those that are over this page knows by itself; the counts are worth a question all the same.
    const params = wish === "ended" ? { most: 1 } : { status, text, offset, most: A_PAGE };
    const ask = async () => {
      const begun = performance.now();
      try {
        const answer = (await world.ask("order.list", params)) as unknown as OrderListedData;
        if (over) return;
        for (const order of answer.orders) world.orders.note(order.order_id, rowOf(order, answer.elapsed_s));
        setPage(answer);
        setProblem(null);
      } catch (error) {
        if (!over) setProblem((error as Error).message);
      }
      const pause = Math.max(PAUSE_MS, PAUSE_FOR_ANSWER * (performance.now() - begun));
      if (!over) timer = window.setTimeout(() => void ask(), pause);
    };
    timer = window.setTimeout(() => void ask(), text === "" ? 0 : TYPING_MS);
    return () => {
      over = true;
      window.clearTimeout(timer);
    };
  }, [world, open, wish, text, offset]);
  return { page, problem };
}

function options(page: OrderListedData | null, world: World): { value: Wish; text: string }[] {
  const counts = page?.counts;
  const of = (count: number | undefined) => (counts === undefined ? "" : ` (${format.number(count ?? 0)})`);
  const all = Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);
  return [
    { value: "all", text: `All in the world${of(all)}` },
    ...ORDER_STATES.map((state) => ({ value: state, text: `${STATE_TEXT[state]}${of(counts?.[state])}` })),
    { value: "ended", text: `Over, since this page was opened (${format.number(world.orders.ended.length)})` },
  ];
}

function Nothing({ wish, text, waiting }: { wish: Wish; text: string; waiting: boolean }) {
  if (waiting && wish !== "ended") return <p class="muted">Asking for the orders…</p>;
  if (text !== "") return <p class="muted">No order of this status mentions that.</p>;
  return (
    <p class="muted">
      {wish === "all"
        ? "There are no orders in the world now."
        : wish === "ended"
          ? "No order has left the world since this page was opened."
          : "No order is at this point now."}
    </p>
  );
}

function Table({ rows }: { rows: OrderRow[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on narrow screens
    <section class="orders-table" aria-label="Orders" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Order</th>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Status</th>
            <th scope="col">Vehicle</th>
            <th scope="col">Due</th>
            <th scope="col" class="right">
              Late by
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.id} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ row }: { row: OrderRow }) {
  const { world } = useContext(Context);
  const selected = world.selection.value;
  const isSelected = selected?.kind === "package" && selected.id === row.id;
  const why = row.reason === null ? undefined : (CAUSE_LABELS[row.reason] ?? row.reason);
  return (
    <tr class={isSelected ? "selected" : ""}>
      <th scope="row">
        <Ref reference={{ kind: "package", id: row.id }} />
      </th>
      <td>{row.origin === null ? "–" : <Ref reference={{ kind: "building", id: row.origin }} />}</td>
      <td>{row.destination === null ? "–" : <Ref reference={{ kind: "building", id: row.destination }} />}</td>
      <td>
        <span class={`state ${STATE_TONE[row.state]}`} title={why}>
          {STATE_TEXT[row.state]}
        </span>
      </td>
      <td>{row.vehicle === null ? "–" : <Ref reference={{ kind: "truck", id: row.vehicle }} />}</td>
      <td class="time">{row.due === null ? "any time" : format.dayAndTime(world.clock.at(row.due))}</td>
      <td class={`right ${row.lateness ? "late" : ""}`}>{format.lateness(row.lateness)}</td>
    </tr>
  );
}

function Pages(props: { offset: number; shown: number; total: number; onTurn(offset: number): void }) {
  const { offset, shown, total, onTurn } = props;
  if (offset === 0 && total <= shown) return null;
  return (
    <nav class="pages" aria-label="Pages of orders">
      <Button small disabled={offset === 0} onClick={() => onTurn(Math.max(0, offset - A_PAGE))}>
        Earlier
      </Button>
      <span class="muted">
        {shown === 0 ? "none here" : `${format.number(offset + 1)} to ${format.number(offset + shown)}`} of{" "}
        {format.number(total)}
      </span>
      <Button small disabled={offset + shown >= total} onClick={() => onTurn(offset + A_PAGE)}>
        Later
      </Button>
    </nav>
  );
}
