/** Why demand failed, in words. */

import { CAUSE_LABELS } from "../generated/server";
import type { Summary } from "../protocol/messages";
import { sentence } from "./format";

export interface Cause {
  text: string;
  count: number;
}

/** Causes that have occurred, the most frequent first; those this page does not know by their names. */
export function failureCauses(figures: Summary): Cause[] {
  return Object.entries(figures)
    .filter(([key, count]) => /^(expired|rejected)_/.test(key) && key !== "rejected_share" && (count ?? 0) > 0)
    .map(([key, count]) => ({ text: causeText(key), count: count ?? 0 }))
    .sort((a, b) => b.count - a.count);
}

function causeText(key: string): string {
  const label = CAUSE_LABELS[key] ?? key.replaceAll("_", " ");
  return key.startsWith("rejected_") ? `Refused: ${label}` : sentence(label);
}
