/** What trucks do: the activities of position frames, and the seven states people are shown. */

import { ACTIVITY_LABELS } from "../generated/server";
import type { Truck, TruckDiff } from "../protocol/messages";
import { sentence } from "./format";

export type Activity = keyof typeof ACTIVITY_LABELS;
/** In the order of their numbers in position frames. */
export const ACTIVITIES = Object.keys(ACTIVITY_LABELS) as Activity[];

export function activityText(activity: Activity): string {
  return sentence(ACTIVITY_LABELS[activity]);
}

export const STATES = ["driving", "loading", "waiting", "fuelling", "resting", "idle", "stranded"] as const;
export type State = (typeof STATES)[number];

export const STATE_TEXT: Record<State, string> = {
  driving: "Driving",
  loading: "Loading, unloading",
  waiting: "Waiting in a queue",
  fuelling: "Fuelling",
  resting: "Resting",
  idle: "Idle, parked",
  stranded: "Stranded",
};

const STATE_OF: Record<Activity, State> = {
  idle: "idle",
  driving: "driving",
  waiting_dock: "waiting",
  loading: "loading",
  unloading: "loading",
  waiting_pump: "waiting",
  fuelling: "fuelling",
  waiting_parking: "waiting",
  resting: "resting",
  parked: "idle",
  stranded: "stranded",
};

export const DRIVING = ACTIVITIES.indexOf("driving");
export const WAITING_DOCK = ACTIVITIES.indexOf("waiting_dock");

/** The index of the shown state by the number of the activity. */
export const STATE_INDEX: readonly number[] = ACTIVITIES.map((name) => STATES.indexOf(STATE_OF[name]));

export function activityName(number: number): Activity {
  return ACTIVITIES[number] ?? "idle";
}

export function stateOf(activity: Activity): State {
  return STATE_OF[activity];
}

/** Derive the activity from an agent's form, for as long as there is no frame that tells it. */
export function derivedActivity(truck: TruckDiff & Partial<Truck>, parked: boolean): Activity {
  if (truck.is_fueling) return "fuelling";
  if (truck.is_resting) return "resting";
  if (truck.is_loading) return "loading";
  if (truck.is_unloading) return "unloading";
  if (truck.current_edge !== null) return truck.current_speed_kph > 0 ? "driving" : "stranded";
  return parked ? "parked" : "idle";
}
