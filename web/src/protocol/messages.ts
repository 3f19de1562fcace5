/** What goes over the wire (docs/protocol.md): the parts of actions and signals this page uses. */

export interface Envelope {
  signal: string;
  data: Record<string, unknown>;
  request_id?: string;
}

export type RoadClass = "A" | "S" | "GP" | "G" | "Z" | "L" | "D";
export const ROAD_CLASSES: readonly RoadClass[] = ["A", "S", "GP", "G", "Z", "L", "D"];

export interface TickData {
  tick: number;
  /** Hour of day, decimal. */
  time: number;
  day: number;
  /** Simulated seconds since the start; a recording does not tell them. */
  elapsed_s?: number | null;
}

/** Where a world stands. */
export interface WorldNow extends Pace, TickData {
  /** Another one: what was heard before is of another world, or of another life of this one. */
  id: string;
  run_state: "stopped" | "running" | "paused";
  elapsed_s: number | null;
  /** Only in a world with dates. */
  calendar?: CalendarData;
}

/** The dates of a world. */
export interface CalendarData {
  /** Date of day 1, such as 2026-03-02. */
  first_date: string;
  zone: string;
  /** [simulated seconds, seconds ahead of UTC from then on], ascending from 0. */
  offsets: [number, number][];
  holidays: string[];
}

/** Why a world can never deliver; the text is a sentence without its full stop. */
export interface WorldProblem {
  code: string;
  text: string;
}

/** The figures of the run over simulated time. */
export interface SeriesData {
  complete: boolean;
  columns: Record<string, (number | null)[]>;
}

export interface Pace {
  tick_rate: number;
  /** Simulated seconds per real second. */
  speed: number;
}

export interface Parking {
  id: string;
  type: "parking";
  capacity: number;
  current_agents: string[];
}

export interface FuelStation {
  id: string;
  type: "gas_station";
  capacity: number;
  current_agents: string[];
  cost_factor: number;
  balance_ducats: number;
}

export interface SiteStatistics {
  packages_generated: number;
  packages_picked_up: number;
  packages_delivered: number;
  packages_expired: number;
  total_value_delivered: number;
  total_value_expired: number;
}

export interface Site {
  id: string;
  type: "site";
  capacity: number;
  current_agents: string[];
  name: string;
  activity_rate: number;
  loading_rate_tonnes_per_min: number;
  destination_weights: Record<string, number>;
  active_packages: string[];
  statistics: SiteStatistics;
}

export type Building = Parking | FuelStation | Site;
export type BuildingType = Building["type"];

export interface GraphNode {
  id: string;
  x: number;
  y: number;
  buildings?: Building[];
}

export interface GraphEdge {
  id: string;
  from_node: string;
  to_node: string;
  length_m: number;
  road_class: RoadClass;
  lanes: number;
  max_speed_kph: number;
  weight_limit_kg: number | null;
}

export type MapData = Record<string, unknown> & {
  map_width: number;
  map_height: number;
  generated_nodes: number;
  generated_edges: number;
  generated_sites: number;
  generated_parkings: number;
  graph: { nodes: GraphNode[]; edges: GraphEdge[] };
};

export interface DeliveryTask {
  site_id: string;
  task_type: "PICKUP" | "DELIVERY";
  package_ids: string[];
  /** Clock seconds, those since midnight of the first day; null or absent where it is not known. */
  estimated_arrival_s?: number | null;
  status: "PENDING" | "IN_PROGRESS" | "COMPLETED";
}

export interface TruckDiff {
  id: string;
  kind: "truck";
  max_speed_kph: number;
  capacity: number;
  loaded_packages: string[];
  current_speed_kph: number;
  current_node: number | null;
  current_edge: number | null;
  route: number[];
  current_building_id: string | null;
  driving_time_s: number;
  resting_time_s: number;
  is_resting: boolean;
  balance_ducats: number;
  risk_factor: number;
  is_seeking_parking: boolean;
  is_seeking_idle_parking: boolean;
  is_seeking_gas_station: boolean;
  fuel_tank_capacity_l: number;
  current_fuel_l: number;
  co2_emitted_kg: number;
  is_fueling: boolean;
}

export interface Truck extends TruckDiff {
  edge_progress_m: number;
  destination: number | null;
  required_rest_s: number;
  fueling_liters_needed: number;
  delivery_queue: DeliveryTask[];
  is_loading: boolean;
  is_unloading: boolean;
  loading_progress_s: number;
  loading_target_s: number;
  broker_id: string | null;
}

export interface Broker {
  id: string;
  kind: "broker";
  balance_ducats: number;
  balance_ducats_signed?: number;
  package_queue: string[];
  assigned_packages: Record<string, string>;
  known_packages_count: number;
}

export interface BrokerDiff {
  id: string;
  kind: "broker";
  balance_ducats: number;
  balance_ducats_signed?: number;
  queue_size: number;
  assigned_count: number;
}

export type Agent = Truck | Broker | { id: string; kind: "building" };

export type PackageStatus = "WAITING_PICKUP" | "IN_TRANSIT" | "DELIVERED" | "EXPIRED";

export interface PackageData {
  id: string;
  origin_site: string;
  destination_site: string;
  size: number;
  value_currency: number;
  priority: "LOW" | "MEDIUM" | "HIGH" | "URGENT";
  urgency: "STANDARD" | "EXPRESS" | "SAME_DAY";
  /** Clock seconds, those since midnight of the first day; recordings of earlier versions have none. */
  spawn_time_s?: number | undefined;
  pickup_deadline_s?: number | undefined;
  delivery_deadline_s?: number | undefined;
  status: PackageStatus;
}

export type Summary = Record<string, number | null>;
