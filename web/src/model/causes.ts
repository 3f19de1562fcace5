/** Why demand failed, in words. */

import type { Summary } from "../protocol/messages";

const TEXT: Record<string, string> = {
  rejected_oversize: "Refused: larger than every truck",
  rejected_no_destination: "Refused: no site it could go to",
  expired_no_broker: "No broker",
  expired_no_truck: "No trucks",
  expired_too_large: "No truck is large enough",
  expired_weight_limit: "A weight limit on every way",
  expired_no_way_there: "No way there",
  expired_no_way_back: "No way back",
  expired_fleet_trapped: "The fleet is trapped",
  expired_window_too_short: "Too little time to drive there",
  expired_too_far: "Free trucks were too far away",
  expired_fleet_busy: "The fleet was busy",
  expired_truck_late: "Its truck came too late",
  expired_unreachable: "Destination cut off on the way",
  expired_truck_removed: "Its truck was removed",
  expired_site_removed: "Its site was removed",
};

export interface Cause {
  text: string;
  count: number;
}

/** Causes that have occurred, the most frequent first; those this page does not know by their names. */
export function failureCauses(figures: Summary): Cause[] {
  return Object.entries(figures)
    .filter(([key, count]) => /^(expired|rejected)_/.test(key) && key !== "rejected_share" && (count ?? 0) > 0)
    .map(([key, count]) => ({ text: TEXT[key] ?? key.replaceAll("_", " "), count: count ?? 0 }))
    .sort((a, b) => b.count - a.count);
}
