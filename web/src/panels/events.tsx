/** The event feed: what has happened, newest first, with filters; as CSV for elsewhere. */

import { useContext, useState } from "preact/hooks";
import { CATEGORIES, CATEGORY_TEXT, type Category, type FeedEntry, plainText } from "../model/feed";
import * as format from "../model/format";
import { Context } from "../ui/context";
import { Button, download } from "../ui/parts";
import { FeedList } from "./feed-list";

const MOST_SHOWN = 120;
const MOST_EXPORTED = 5000;
const DAY_S = 86_400;

export function Events() {
  const { world } = useContext(Context);
  const [hidden, setHidden] = useState<ReadonlySet<Category>>(new Set());
  const [text, setText] = useState("");
  const [held, setHeld] = useState<FeedEntry[] | null>(null);
  world.beat.value;
  const wanted = (entry: FeedEntry) =>
    !hidden.has(entry.category) && (text === "" || plainText(entry).toLowerCase().includes(text.toLowerCase()));
  const entries = (held ?? world.feed.newest(MOST_SHOWN, wanted)).filter(wanted);
  const toggle = (category: Category) => {
    const next = new Set(hidden);
    if (!next.delete(category)) next.add(category);
    setHidden(next);
  };
  return (
    <div class="events">
      <fieldset class="filters" aria-label="Kinds of events">
        {CATEGORIES.map((category) => (
          <button
            key={category}
            type="button"
            class={`filter ${category}`}
            aria-pressed={!hidden.has(category)}
            onClick={() => toggle(category)}
          >
            {CATEGORY_TEXT[category]}
          </button>
        ))}
      </fieldset>
      <div class="events-tools">
        <input
          type="search"
          aria-label="Only events that mention"
          placeholder="Only events that mention…"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <Button
          icon={held === null ? "pause" : "play"}
          label={held === null ? "Hold the feed" : "Let the feed run"}
          pressed={held !== null}
          onClick={() => setHeld(held === null ? entries : null)}
        />
        <Button
          icon="download"
          label="Download events as CSV"
          onClick={() =>
            download(
              "spine-events.csv",
              new Blob([csv(world.feed.newest(MOST_EXPORTED, wanted))], { type: "text/csv" }),
            )
          }
        />
      </div>
      {entries.length === 0 && (
        <p class="muted">
          {text !== "" || hidden.size > 0
            ? "No event passes the filters."
            : "Nothing has happened since this page was opened."}
        </p>
      )}
      <FeedList entries={entries} label="Events, newest first" />
    </div>
  );
}

/** Quote what would break a row; and keep spreadsheets from reading an id as a formula. */
function cell(value: unknown): string {
  const text = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
  const safe = /^[=+@\t\r]/.test(text) || (text.startsWith("-") && Number.isNaN(Number(text))) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csv(entries: FeedEntry[]): string {
  const rows = ["tick,day,time,kind,text,data"];
  for (const entry of entries.toReversed()) {
    const day = format.isoDate(entry.time) ?? Math.floor(entry.time / DAY_S) + 1;
    rows.push(
      [entry.tick, day, format.clockTime(entry.time), entry.name, plainText(entry), entry.data].map(cell).join(","),
    );
  }
  return `${rows.join("\n")}\n`;
}
