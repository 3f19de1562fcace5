/** Events in words, one a line, with links to what they speak of. */

import { describe, type FeedEntry } from "../model/feed";
import * as format from "../model/format";
import { Ref } from "../ui/reference";

export function FeedList({ entries, label }: { entries: FeedEntry[]; label: string }) {
  return (
    <ol class="feed" aria-label={label}>
      {entries.map((entry) => (
        <li key={entry.number} class={entry.category}>
          <time title={format.sentence(format.dayName(entry.time))}>{format.clockTime(entry.time)}</time>
          <span class="feed-mark" />
          <p>
            {describe(entry).map((part, i) =>
              typeof part === "string" ? part : <Ref key={`${i} ${part.id}`} reference={part} />,
            )}
          </p>
        </li>
      ))}
    </ol>
  );
}
