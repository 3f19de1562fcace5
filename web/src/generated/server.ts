// Written by `make web-data` from the server's sources. A test keeps it current: do not edit it.

export interface Bounds {
  min: number;
  max: number;
  /** Whether the value must be greater than `min`. */
  above: boolean;
}

export interface ParameterRule extends Bounds {
  whole: boolean;
  /** Whether it is a range: [smallest, largest]. */
  pair: boolean;
}

export interface TruckField extends Bounds {
  label: string;
  unit: string;
}

export interface FigureText {
  label: string;
  unit: string;
  definition: string;
}

/** An order that has not left the world, named and measured as in order lists. */
export interface OrderForm {
  order_id: string;
  status: "announced" | "open" | "awarded" | "loading" | "aboard" | "unloading";
  origin: string;
  destination: string;
  mass_t: number;
  /** all further quantities */
  quantities: Record<string, number>;
  /** simulated seconds since the start */
  known_from: number;
  /** simulated seconds since the start */
  earliest_pickup: number;
  /** simulated seconds since the start */
  latest_pickup: number;
  /** empty when there is one window */
  pickup_windows: [number, number][];
  /** simulated seconds since the start */
  earliest_delivery: number;
  /** simulated seconds since the start */
  latest_delivery: number;
  /** empty when there is one window */
  delivery_windows: [number, number][];
  pickup_service_min: number;
  delivery_service_min: number;
  requirements: string[];
  priority: "LOW" | "MEDIUM" | "HIGH" | "URGENT";
  urgency: "STANDARD" | "EXPRESS" | "SAME_DAY";
  /** ducats */
  revenue: number;
  /** the truck it is awarded to or aboard of */
  vehicle: string | null;
  /** begin of loading by the present plan of its truck */
  planned_pickup: number | null;
  /** end of unloading by the present plan of its truck */
  planned_delivery: number | null;
  /** the latest delivery that later awards may cause */
  promised: number | null;
}

/** An order has become known, or been announced: then only its sender is told, and everybody when it becomes known. */
export interface OrderCreatedData {
  order_id: string;
  tick: number;
  /** simulated seconds since the start */
  elapsed_s: number;
  status: "announced" | "open" | "awarded" | "loading" | "aboard" | "unloading" | "refused";
  origin: string;
  destination: string;
  /** simulated seconds since the start */
  known_from: number;
  /** simulated seconds since the start */
  latest_pickup: number;
  /** simulated seconds since the start */
  latest_delivery: number;
}

/** An order was changed. The next signal says so if its truck cannot keep it. */
export interface OrderUpdatedData {
  order_id: string;
  tick: number;
  /** simulated seconds since the start */
  elapsed_s: number;
  status: "announced" | "open" | "awarded" | "loading" | "aboard" | "unloading";
  /** keys of `order.described` */
  changed: string[];
  /** simulated seconds since the start */
  latest_pickup: number;
  /** simulated seconds since the start */
  latest_delivery: number;
  vehicle: string | null;
  promised: number | null;
}

/** An order was taken back and has left the world. */
export interface OrderCancelledData {
  order_id: string;
  tick: number;
  /** simulated seconds since the start */
  elapsed_s: number;
  /** how far it was */
  status: "announced" | "open" | "awarded" | "loading";
  /** the truck that has lost it */
  vehicle: string | null;
}

/** A truck was awarded an order. */
export interface OrderAssignedData {
  order_id: string;
  tick: number;
  /** simulated seconds since the start */
  elapsed_s: number;
  vehicle: string;
  /** simulated seconds since the start */
  planned_pickup: number;
  /** simulated seconds since the start */
  planned_delivery: number;
  /** simulated seconds since the start */
  promised: number;
}

/** An award failed and the order is open again. */
export interface OrderReofferedData {
  order_id: string;
  tick: number;
  /** simulated seconds since the start */
  elapsed_s: number;
  /** the truck that has lost it */
  vehicle: string;
  reason: "no_room" | "truck_removed" | "unreachable" | "replanned" | "order_changed";
}

/** Loading of an order has ended. */
export interface OrderPickedUpData {
  order_id: string;
  tick: number;
  /** simulated seconds since the start */
  elapsed_s: number;
  vehicle: string;
  site: string;
}

/** Unloading of an order at its destination has ended. */
export interface OrderDeliveredData {
  order_id: string;
  tick: number;
  /** simulated seconds since the start */
  elapsed_s: number;
  vehicle: string;
  site: string;
  on_time: boolean;
  lateness_s: number;
}

/** An order has left the world undelivered. */
export interface OrderExpiredData {
  order_id: string;
  tick: number;
  /** simulated seconds since the start */
  elapsed_s: number;
  reason: "no_broker" | "no_truck" | "too_large" | "no_equipment" | "weight_limit" | "no_way_there" | "no_way_back" | "fleet_trapped" | "window_too_short" | "too_far" | "hours" | "fleet_busy" | "not_awarded" | "truck_late" | "unreachable" | "truck_removed" | "site_removed";
}

/** An order from outside did not come into the world. */
export interface OrderRefusedData {
  order_id: string;
  tick: number;
  /** simulated seconds since the start */
  elapsed_s: number;
  origin: string;
  destination: string;
  reason: "oversize" | "no_destination" | "site_removed";
}

/** One order; for the asker alone. */
export interface OrderDescribedData {
  order_id: string;
  status: "announced" | "open" | "awarded" | "loading" | "aboard" | "unloading";
  origin: string;
  destination: string;
  mass_t: number;
  /** all further quantities */
  quantities: Record<string, number>;
  /** simulated seconds since the start */
  known_from: number;
  /** simulated seconds since the start */
  earliest_pickup: number;
  /** simulated seconds since the start */
  latest_pickup: number;
  /** empty when there is one window */
  pickup_windows: [number, number][];
  /** simulated seconds since the start */
  earliest_delivery: number;
  /** simulated seconds since the start */
  latest_delivery: number;
  /** empty when there is one window */
  delivery_windows: [number, number][];
  pickup_service_min: number;
  delivery_service_min: number;
  requirements: string[];
  priority: "LOW" | "MEDIUM" | "HIGH" | "URGENT";
  urgency: "STANDARD" | "EXPRESS" | "SAME_DAY";
  /** ducats */
  revenue: number;
  /** the truck it is awarded to or aboard of */
  vehicle: string | null;
  /** begin of loading by the present plan of its truck */
  planned_pickup: number | null;
  /** end of unloading by the present plan of its truck */
  planned_delivery: number | null;
  /** the latest delivery that later awards may cause */
  promised: number | null;
  tick: number;
  /** simulated seconds since the start */
  elapsed_s: number;
}

/** A page of orders; for the asker alone. */
export interface OrderListedData {
  /** how many orders match */
  total: number;
  offset: number;
  orders: OrderForm[];
  /** how many orders there are in each state, matching or not */
  counts: Record<string, number>;
  tick: number;
  /** simulated seconds since the start */
  elapsed_s: number;
}

export const ACTIVITY_LABELS = {
  "idle": "idle",
  "driving": "driving",
  "waiting_dock": "waiting for a dock",
  "loading": "loading",
  "unloading": "unloading",
  "waiting_pump": "waiting for a pump",
  "fuelling": "fuelling",
  "waiting_parking": "waiting for a parking place",
  "resting": "resting",
  "parked": "parked, no work",
  "stranded": "stranded without fuel"
} as const;

export const CAUSE_LABELS: Record<string, string> = {
  "rejected_oversize": "larger than every truck",
  "rejected_no_destination": "no site it could go to",
  "rejected_site_removed": "its site was removed",
  "expired_no_broker": "no broker",
  "expired_no_truck": "no trucks",
  "expired_too_large": "no truck is large enough",
  "expired_no_equipment": "no truck has the equipment",
  "expired_weight_limit": "a weight limit on every way",
  "expired_no_way_there": "no way there",
  "expired_no_way_back": "no way back",
  "expired_fleet_trapped": "the fleet is trapped",
  "expired_window_too_short": "too little time to drive there",
  "expired_too_far": "free trucks were too far away",
  "expired_hours": "the drivers' hours were short",
  "expired_fleet_busy": "the fleet was busy",
  "expired_not_awarded": "the dispatcher gave it to none",
  "expired_truck_late": "its truck came too late",
  "expired_unreachable": "destination cut off on the way",
  "expired_truck_removed": "its truck was removed",
  "expired_site_removed": "its site was removed"
};

export const PARAMETER_RULES: Record<string, ParameterRule> = {
  "map_width": {
    "min": 0.0,
    "max": 2000000.0,
    "above": true,
    "whole": false,
    "pair": false
  },
  "map_height": {
    "min": 0.0,
    "max": 2000000.0,
    "above": true,
    "whole": false,
    "pair": false
  },
  "num_major_centers": {
    "min": 1,
    "max": 10000,
    "above": false,
    "whole": true,
    "pair": false
  },
  "minor_per_major": {
    "min": 0.0,
    "max": 1000.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "center_separation": {
    "min": 0.0,
    "max": 2000000.0,
    "above": true,
    "whole": false,
    "pair": false
  },
  "urban_sprawl": {
    "min": 0.0,
    "max": 2000000.0,
    "above": true,
    "whole": false,
    "pair": false
  },
  "local_density": {
    "min": 0.0,
    "max": 100000.0,
    "above": true,
    "whole": false,
    "pair": false
  },
  "rural_density": {
    "min": 0.0,
    "max": 100000.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "intra_connectivity": {
    "min": 0.0,
    "max": 1.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "inter_connectivity": {
    "min": 1,
    "max": 1000,
    "above": false,
    "whole": true,
    "pair": false
  },
  "arterial_ratio": {
    "min": 0.0,
    "max": 1.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "gridness": {
    "min": 0.0,
    "max": 1.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "ring_road_prob": {
    "min": 0.0,
    "max": 1.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "highway_curviness": {
    "min": 0.0,
    "max": 1.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "rural_settlement_prob": {
    "min": 0.0,
    "max": 1.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "urban_sites_per_km2": {
    "min": 0.0,
    "max": 100000.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "rural_sites_per_km2": {
    "min": 0.0,
    "max": 100000.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "urban_activity_rate_range": {
    "min": 0.0,
    "max": 1000000.0,
    "above": false,
    "whole": false,
    "pair": true
  },
  "rural_activity_rate_range": {
    "min": 0.0,
    "max": 1000000.0,
    "above": false,
    "whole": false,
    "pair": true
  },
  "urban_parkings_per_km2": {
    "min": 0.0,
    "max": 100000.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "rural_parkings_per_km2": {
    "min": 0.0,
    "max": 100000.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "urban_gas_stations_per_km2": {
    "min": 0.0,
    "max": 100000.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "rural_gas_stations_per_km2": {
    "min": 0.0,
    "max": 100000.0,
    "above": false,
    "whole": false,
    "pair": false
  },
  "gas_station_capacity_range": {
    "min": 1,
    "max": 100000,
    "above": false,
    "whole": true,
    "pair": true
  },
  "gas_station_cost_factor_range": {
    "min": 0.0,
    "max": 1000.0,
    "above": true,
    "whole": false,
    "pair": true
  },
  "seed": {
    "min": 0.0,
    "max": 4294967295,
    "above": false,
    "whole": true,
    "pair": false
  }
};

export const MAP_PRESETS: { name: string; about: string; values: Record<string, number | [number, number]> }[] = [
  {
    "name": "County",
    "about": "two towns and villages",
    "values": {
      "map_width": 7000.0,
      "map_height": 5000.0,
      "num_major_centers": 2,
      "minor_per_major": 1.5,
      "center_separation": 3000.0,
      "urban_sprawl": 700.0,
      "local_density": 55.0,
      "rural_density": 2.5,
      "intra_connectivity": 0.3,
      "inter_connectivity": 2,
      "arterial_ratio": 0.2,
      "gridness": 0.55,
      "ring_road_prob": 1.0,
      "highway_curviness": 0.6,
      "rural_settlement_prob": 0.15,
      "urban_sites_per_km2": 4.0,
      "rural_sites_per_km2": 0.25,
      "urban_activity_rate_range": [
        2.0,
        5.0
      ],
      "rural_activity_rate_range": [
        1.0,
        4.0
      ],
      "urban_parkings_per_km2": 2.0,
      "rural_parkings_per_km2": 0.25,
      "urban_gas_stations_per_km2": 1.0,
      "rural_gas_stations_per_km2": 0.08,
      "gas_station_capacity_range": [
        2,
        6
      ],
      "gas_station_cost_factor_range": [
        0.9,
        1.2
      ],
      "seed": 11
    }
  },
  {
    "name": "City",
    "about": "three cities on 10 x 10 km",
    "values": {
      "map_width": 10000.0,
      "map_height": 10000.0,
      "num_major_centers": 3,
      "minor_per_major": 2.0,
      "center_separation": 2500.0,
      "urban_sprawl": 800.0,
      "local_density": 50.0,
      "rural_density": 5.0,
      "intra_connectivity": 0.3,
      "inter_connectivity": 2,
      "arterial_ratio": 0.2,
      "gridness": 0.3,
      "ring_road_prob": 0.5,
      "highway_curviness": 0.2,
      "rural_settlement_prob": 0.15,
      "urban_sites_per_km2": 5.0,
      "rural_sites_per_km2": 1.0,
      "urban_activity_rate_range": [
        5.0,
        20.0
      ],
      "rural_activity_rate_range": [
        1.0,
        8.0
      ],
      "urban_parkings_per_km2": 2.0,
      "rural_parkings_per_km2": 0.5,
      "urban_gas_stations_per_km2": 0.5,
      "rural_gas_stations_per_km2": 0.1,
      "gas_station_capacity_range": [
        2,
        6
      ],
      "gas_station_cost_factor_range": [
        0.9,
        1.2
      ],
      "seed": 42
    }
  },
  {
    "name": "Dense urban",
    "about": "five planned cities, no villages",
    "values": {
      "map_width": 10000.0,
      "map_height": 10000.0,
      "num_major_centers": 5,
      "minor_per_major": 2.0,
      "center_separation": 2500.0,
      "urban_sprawl": 800.0,
      "local_density": 80.0,
      "rural_density": 0.0,
      "intra_connectivity": 0.3,
      "inter_connectivity": 2,
      "arterial_ratio": 0.2,
      "gridness": 0.7,
      "ring_road_prob": 1.0,
      "highway_curviness": 0.2,
      "rural_settlement_prob": 0.15,
      "urban_sites_per_km2": 5.0,
      "rural_sites_per_km2": 1.0,
      "urban_activity_rate_range": [
        5.0,
        20.0
      ],
      "rural_activity_rate_range": [
        1.0,
        8.0
      ],
      "urban_parkings_per_km2": 2.0,
      "rural_parkings_per_km2": 0.5,
      "urban_gas_stations_per_km2": 0.5,
      "rural_gas_stations_per_km2": 0.1,
      "gas_station_capacity_range": [
        2,
        6
      ],
      "gas_station_cost_factor_range": [
        0.9,
        1.2
      ],
      "seed": 42
    }
  },
  {
    "name": "Sparse rural",
    "about": "two small cities, many villages",
    "values": {
      "map_width": 10000.0,
      "map_height": 10000.0,
      "num_major_centers": 2,
      "minor_per_major": 2.0,
      "center_separation": 2500.0,
      "urban_sprawl": 800.0,
      "local_density": 20.0,
      "rural_density": 10.0,
      "intra_connectivity": 0.3,
      "inter_connectivity": 2,
      "arterial_ratio": 0.2,
      "gridness": 0.0,
      "ring_road_prob": 0.5,
      "highway_curviness": 0.2,
      "rural_settlement_prob": 0.3,
      "urban_sites_per_km2": 5.0,
      "rural_sites_per_km2": 1.0,
      "urban_activity_rate_range": [
        5.0,
        20.0
      ],
      "rural_activity_rate_range": [
        1.0,
        8.0
      ],
      "urban_parkings_per_km2": 2.0,
      "rural_parkings_per_km2": 0.5,
      "urban_gas_stations_per_km2": 0.5,
      "rural_gas_stations_per_km2": 0.1,
      "gas_station_capacity_range": [
        2,
        6
      ],
      "gas_station_cost_factor_range": [
        0.9,
        1.2
      ],
      "seed": 42
    }
  },
  {
    "name": "Region",
    "about": "six cities on 60 x 60 km, motorways",
    "values": {
      "map_width": 60000.0,
      "map_height": 60000.0,
      "num_major_centers": 6,
      "minor_per_major": 2.0,
      "center_separation": 14000.0,
      "urban_sprawl": 2000.0,
      "local_density": 25.0,
      "rural_density": 0.8,
      "intra_connectivity": 0.3,
      "inter_connectivity": 2,
      "arterial_ratio": 0.2,
      "gridness": 0.4,
      "ring_road_prob": 0.5,
      "highway_curviness": 0.5,
      "rural_settlement_prob": 0.15,
      "urban_sites_per_km2": 0.9,
      "rural_sites_per_km2": 0.02,
      "urban_activity_rate_range": [
        0.35,
        1.4
      ],
      "rural_activity_rate_range": [
        0.2,
        0.7
      ],
      "urban_parkings_per_km2": 0.5,
      "rural_parkings_per_km2": 0.02,
      "urban_gas_stations_per_km2": 0.2,
      "rural_gas_stations_per_km2": 0.01,
      "gas_station_capacity_range": [
        2,
        6
      ],
      "gas_station_cost_factor_range": [
        0.9,
        1.2
      ],
      "seed": 5
    }
  }
];

export const TRUCK_FIELDS = {
  "max_speed_kph": {
    "label": "Top speed",
    "unit": "km/h",
    "min": 0.0,
    "max": 1000.0,
    "above": true
  },
  "capacity": {
    "label": "Capacity",
    "unit": "cargo units of 0.1 t",
    "min": 4.0,
    "max": 300.0,
    "above": false
  },
  "risk_factor": {
    "label": "Readiness to take risks",
    "unit": "",
    "min": 0.0,
    "max": 1.0,
    "above": false
  },
  "initial_balance_ducats": {
    "label": "Balance",
    "unit": "ducats",
    "min": -1000000000000000.0,
    "max": 1000000000000000.0,
    "above": false
  },
  "fuel_tank_capacity_l": {
    "label": "Tank",
    "unit": "litres",
    "min": 0.0,
    "max": 1000000.0,
    "above": true
  },
  "empty_mass_t": {
    "label": "Mass without cargo",
    "unit": "tonnes",
    "min": 0.5,
    "max": 60.0,
    "above": false
  },
  "initial_fuel_l": {
    "label": "Fuel at the start",
    "unit": "litres",
    "min": 0.0,
    "max": 1000000000000.0,
    "above": false
  }
} as const;

export const FIGURES: Record<string, FigureText> = {
  "simulated_hours": {
    "label": "simulated time",
    "unit": "h",
    "definition": "simulated time since the start, or in the window"
  },
  "trucks": {
    "label": "trucks",
    "unit": "trucks",
    "definition": "trucks in the world now"
  },
  "sites": {
    "label": "sites",
    "unit": "sites",
    "definition": "sites in the world now"
  },
  "packages_created": {
    "label": "born",
    "unit": "packages",
    "definition": "packages that came into the world; without refused ones"
  },
  "packages_rejected": {
    "label": "refused at birth",
    "unit": "packages",
    "definition": "demand that never became a package"
  },
  "packages_picked_up": {
    "label": "picked up",
    "unit": "packages",
    "definition": "packages loaded at their origin"
  },
  "packages_delivered": {
    "label": "delivered",
    "unit": "packages",
    "definition": "packages unloaded at their destination, however late"
  },
  "packages_on_time": {
    "label": "on time",
    "unit": "packages",
    "definition": "deliveries not after their deadline"
  },
  "packages_late": {
    "label": "late",
    "unit": "packages",
    "definition": "deliveries after their deadline"
  },
  "packages_expired": {
    "label": "expired",
    "unit": "packages",
    "definition": "packages that left the world undelivered: not picked up in time, or lost"
  },
  "orders_cancelled": {
    "label": "cancelled",
    "unit": "orders",
    "definition": "orders taken back by whoever gave them after they had become known and before they were aboard; in no share and no amount due"
  },
  "packages_waiting": {
    "label": "waiting",
    "unit": "packages",
    "definition": "at their origin, with no truck assigned, now"
  },
  "packages_awarded": {
    "label": "awarded",
    "unit": "packages",
    "definition": "at their origin, with a truck assigned, now"
  },
  "packages_aboard": {
    "label": "aboard",
    "unit": "packages",
    "definition": "loaded on a truck now"
  },
  "packages_overdue": {
    "label": "overdue",
    "unit": "packages",
    "definition": "waiting, awarded or aboard with the delivery deadline past"
  },
  "packages_due": {
    "label": "packages due",
    "unit": "packages",
    "definition": "delivered + expired (or lost) + refused at birth + overdue"
  },
  "awards": {
    "label": "awards",
    "unit": "awards",
    "definition": "assignments of a package to a truck"
  },
  "reoffers": {
    "label": "failed awards",
    "unit": "awards",
    "definition": "awards that were withdrawn, after which the package was offered again"
  },
  "otif_share": {
    "label": "on time and in full (OTIF)",
    "unit": "",
    "definition": "on time and in full: deliveries not after their deadline / everything due; 1 only when all demand was served in time"
  },
  "service_level": {
    "label": "service level",
    "unit": "",
    "definition": "delivered / (delivered + expired + refused at birth), however late; cancelled orders do not count"
  },
  "rejected_share": {
    "label": "refused share",
    "unit": "",
    "definition": "refused at birth / (born + refused)"
  },
  "on_time_share": {
    "label": "on-time share of deliveries",
    "unit": "",
    "definition": "deliveries not after their deadline / all deliveries; says nothing of what was never delivered"
  },
  "on_time_pickup_share": {
    "label": "on-time share of pickups",
    "unit": "",
    "definition": "pickups not after their deadline / (pickups + expired + refused)"
  },
  "promises_kept_share": {
    "label": "promises kept",
    "unit": "",
    "definition": "deliveries not after the time promised at the award, with one minute of tolerance / all deliveries"
  },
  "mean_promise_error_min": {
    "label": "mean error of planned arrivals",
    "unit": "min",
    "definition": "mean of |delivered - planned at the award| of deliveries"
  },
  "mean_pickup_wait_min": {
    "label": "mean wait for pickup",
    "unit": "min",
    "definition": "mean time from birth to pickup, of packages picked up"
  },
  "mean_lead_time_min": {
    "label": "mean lead time",
    "unit": "min",
    "definition": "mean time from birth to delivery, of packages delivered"
  },
  "mean_lateness_min": {
    "label": "mean lateness",
    "unit": "min",
    "definition": "mean time from the deadline to the delivery, of late deliveries"
  },
  "value_delivered": {
    "label": "value delivered",
    "unit": "ducats",
    "definition": "value of the packages delivered"
  },
  "value_expired": {
    "label": "value expired",
    "unit": "ducats",
    "definition": "value of the packages that expired or were lost"
  },
  "km": {
    "label": "distance",
    "unit": "km",
    "definition": "kilometres driven, up to now in summary and tables, of completed legs in the time series"
  },
  "loaded_km": {
    "label": "distance loaded",
    "unit": "km",
    "definition": "kilometres driven with cargo"
  },
  "empty_km": {
    "label": "distance empty",
    "unit": "km",
    "definition": "kilometres driven without cargo; of completed legs in the time series"
  },
  "empty_km_share": {
    "label": "empty share",
    "unit": "",
    "definition": "kilometres without cargo / all kilometres"
  },
  "tonne_km": {
    "label": "transport work",
    "unit": "t km",
    "definition": "sum of tonnes aboard x kilometres; of completed legs in the time series"
  },
  "load_factor": {
    "label": "load factor",
    "unit": "",
    "definition": "tonne-kilometres / (kilometres x capacity in tonnes), empty kilometres included"
  },
  "litres": {
    "label": "fuel",
    "unit": "l",
    "definition": "litres of fuel burnt; of completed legs in the time series"
  },
  "litres_per_100km": {
    "label": "consumption",
    "unit": "l/100 km",
    "definition": "litres burnt / (kilometres / 100)"
  },
  "litres_bought": {
    "label": "fuel taken",
    "unit": "l",
    "definition": "litres bought at pumps and from the breakdown service"
  },
  "co2_kg": {
    "label": "CO2, tailpipe",
    "unit": "kg",
    "definition": "CO2 from the tailpipe: litres burnt x 2.68 kg; of completed legs in the time series"
  },
  "co2_g_per_tonne_km": {
    "label": "CO2 intensity",
    "unit": "g/t km",
    "definition": "grams of tailpipe CO2 / tonne-kilometres"
  },
  "rests": {
    "label": "rests",
    "unit": "rests",
    "definition": "rests taken by drivers"
  },
  "penalties": {
    "label": "fines for overtime",
    "unit": "fines",
    "definition": "fines for driving beyond the driving limit"
  },
  "penalties_of_<amount>": {
    "label": "fines of <amount> ducats",
    "unit": "fines",
    "definition": "fines for overtime of this amount, ducats; the amounts are those of the hours rule"
  },
  "rescues": {
    "label": "rescues",
    "unit": "rescues",
    "definition": "times the breakdown service brought fuel to a stranded truck"
  },
  "parking_search_hours": {
    "label": "driven in search of a place",
    "unit": "h",
    "definition": "time spent driving around full parkings"
  },
  "roadside_rests": {
    "label": "rests at the roadside",
    "unit": "rests",
    "definition": "rests taken outside a parking"
  },
  "roadside_fines": {
    "label": "fines at the roadside",
    "unit": "fines",
    "definition": "rests at the roadside that were checked and fined"
  },
  "shift_overruns": {
    "label": "shifts overrun",
    "unit": "shifts",
    "definition": "times a driver worked or drove on after his shift was over"
  },
  "shift_overrun_hours": {
    "label": "worked after the shift",
    "unit": "h",
    "definition": "time drivers worked or drove on after their shifts were over"
  },
  "utilisation": {
    "label": "fleet at work",
    "unit": "",
    "definition": "time driving, loading, unloading, fuelling or waiting for a dock / all time of trucks"
  },
  "broker_balance": {
    "label": "balance of the broker",
    "unit": "ducats",
    "definition": "what the broker owns now; empty (in the time series 0) without a broker"
  },
  "broker_revenue": {
    "label": "revenue from deliveries",
    "unit": "ducats",
    "definition": "paid to the broker for deliveries"
  },
  "expiry_fines": {
    "label": "fines for expired packages",
    "unit": "ducats",
    "definition": "paid by the broker for packages that expired"
  },
  "fuel_cost": {
    "label": "fuel bought",
    "unit": "ducats",
    "definition": "paid for fuel, at pumps and to the breakdown service"
  },
  "fuel_burnt_cost": {
    "label": "fuel burnt",
    "unit": "ducats",
    "definition": "litres burnt x the average price paid for what was in the tank; the first tank at the price of the day"
  },
  "fuel_stock_value": {
    "label": "fuel in tanks",
    "unit": "ducats",
    "definition": "what the fuel in the tanks had cost: first tanks + fuel bought = fuel burnt + fuel in tanks"
  },
  "penalty_cost": {
    "label": "cost of fines for overtime",
    "unit": "ducats",
    "definition": "paid for driving beyond the driving limit"
  },
  "rescue_cost": {
    "label": "fees of rescues",
    "unit": "ducats",
    "definition": "fees of the breakdown service, without its fuel"
  },
  "roadside_cost": {
    "label": "cost of fines at the roadside",
    "unit": "ducats",
    "definition": "paid for rests at the roadside"
  },
  "fuel_price": {
    "label": "fuel price",
    "unit": "ducats/l",
    "definition": "market price of fuel now; a station multiplies it by its own factor"
  },
  "rejected_oversize": {
    "label": "larger than every truck",
    "unit": "packages",
    "definition": "refused at birth: larger than the largest truck"
  },
  "rejected_no_destination": {
    "label": "no site it could go to",
    "unit": "packages",
    "definition": "refused at birth: no site it could go to"
  },
  "rejected_site_removed": {
    "label": "its site was removed",
    "unit": "packages",
    "definition": "refused: its origin or destination was removed before it became known"
  },
  "expired_no_broker": {
    "label": "no broker",
    "unit": "packages",
    "definition": "expired: there was no broker"
  },
  "expired_no_truck": {
    "label": "no trucks",
    "unit": "packages",
    "definition": "expired: there were no trucks"
  },
  "expired_too_large": {
    "label": "no truck is large enough",
    "unit": "packages",
    "definition": "expired: no truck had the capacity"
  },
  "expired_no_equipment": {
    "label": "no truck has the equipment",
    "unit": "packages",
    "definition": "expired: no truck large enough had everything the order requires"
  },
  "expired_weight_limit": {
    "label": "a weight limit on every way",
    "unit": "packages",
    "definition": "expired: every truck large enough exceeded a weight limit on every way, a light vehicle would not have"
  },
  "expired_no_way_there": {
    "label": "no way there",
    "unit": "packages",
    "definition": "expired: no road led from its origin to its destination, or from any truck large enough to its origin"
  },
  "expired_no_way_back": {
    "label": "no way back",
    "unit": "packages",
    "definition": "expired: a truck could have delivered it, but never left the destination"
  },
  "expired_fleet_trapped": {
    "label": "the fleet is trapped",
    "unit": "packages",
    "definition": "expired: every truck that could carry it stood where no road leads back to where it started"
  },
  "expired_window_too_short": {
    "label": "too little time to drive there",
    "unit": "packages",
    "definition": "expired: driving and handling alone take longer than the time from birth to the delivery deadline"
  },
  "expired_too_far": {
    "label": "free trucks were too far away",
    "unit": "packages",
    "definition": "expired: trucks were free, but none could be there in time"
  },
  "expired_hours": {
    "label": "the drivers' hours were short",
    "unit": "packages",
    "definition": "expired: a truck had the time, but its driver had to rest (orders from outside; others count as fleet_busy)"
  },
  "expired_fleet_busy": {
    "label": "the fleet was busy",
    "unit": "packages",
    "definition": "expired: trucks had other work, or drivers who had to rest"
  },
  "expired_not_awarded": {
    "label": "the dispatcher gave it to none",
    "unit": "packages",
    "definition": "expired: a free truck could have carried it, and the dispatcher gave it to none (orders from outside)"
  },
  "expired_truck_late": {
    "label": "its truck came too late",
    "unit": "packages",
    "definition": "expired: it was awarded, but not picked up in time"
  },
  "expired_unreachable": {
    "label": "destination cut off on the way",
    "unit": "packages",
    "definition": "lost: it was aboard when its destination could no longer be reached"
  },
  "expired_truck_removed": {
    "label": "its truck was removed",
    "unit": "packages",
    "definition": "lost: its truck was removed with it aboard"
  },
  "expired_site_removed": {
    "label": "its site was removed",
    "unit": "packages",
    "definition": "expired or lost: its origin or destination was removed"
  },
  "hours_idle": {
    "label": "idle",
    "unit": "h",
    "definition": "time of trucks in the activity: idle"
  },
  "hours_driving": {
    "label": "driving",
    "unit": "h",
    "definition": "time of trucks in the activity: driving"
  },
  "hours_waiting_dock": {
    "label": "waiting for a dock",
    "unit": "h",
    "definition": "time of trucks in the activity: waiting for a dock"
  },
  "hours_loading": {
    "label": "loading",
    "unit": "h",
    "definition": "time of trucks in the activity: loading"
  },
  "hours_unloading": {
    "label": "unloading",
    "unit": "h",
    "definition": "time of trucks in the activity: unloading"
  },
  "hours_waiting_pump": {
    "label": "waiting for a pump",
    "unit": "h",
    "definition": "time of trucks in the activity: waiting for a pump"
  },
  "hours_fuelling": {
    "label": "fuelling",
    "unit": "h",
    "definition": "time of trucks in the activity: fuelling"
  },
  "hours_waiting_parking": {
    "label": "waiting for a parking place",
    "unit": "h",
    "definition": "time of trucks in the activity: waiting for a parking place"
  },
  "hours_resting": {
    "label": "resting",
    "unit": "h",
    "definition": "time of trucks in the activity: resting"
  },
  "hours_parked": {
    "label": "parked, no work",
    "unit": "h",
    "definition": "time of trucks in the activity: parked, no work"
  },
  "hours_stranded": {
    "label": "stranded without fuel",
    "unit": "h",
    "definition": "time of trucks in the activity: stranded without fuel"
  },
  "dock_served": {
    "label": "docks, visits",
    "unit": "visits",
    "definition": "trucks that took a dock"
  },
  "dock_waited": {
    "label": "docks, visits with a wait",
    "unit": "visits",
    "definition": "trucks that took a dock after a wait"
  },
  "dock_turned_away": {
    "label": "docks, turned away",
    "unit": "trucks",
    "definition": "times a truck came for a dock, found none free and left"
  },
  "dock_mean_wait_min": {
    "label": "docks, mean wait",
    "unit": "min",
    "definition": "time spent waiting / visits, those without a wait included"
  },
  "dock_mean_dwell_min": {
    "label": "docks, mean stay",
    "unit": "min",
    "definition": "mean time a dock was held by trucks that have left"
  },
  "dock_utilisation": {
    "label": "docks, utilisation",
    "unit": "",
    "definition": "time they were held / time they were there, at their present number"
  },
  "dock_longest_wait_min": {
    "label": "docks, longest wait",
    "unit": "min",
    "definition": "longest wait for a dock so far, of waits that have ended"
  },
  "pump_served": {
    "label": "pumps, visits",
    "unit": "visits",
    "definition": "trucks that took a pump"
  },
  "pump_waited": {
    "label": "pumps, visits with a wait",
    "unit": "visits",
    "definition": "trucks that took a pump after a wait"
  },
  "pump_turned_away": {
    "label": "pumps, turned away",
    "unit": "trucks",
    "definition": "times a truck came for a pump, found none free and left"
  },
  "pump_mean_wait_min": {
    "label": "pumps, mean wait",
    "unit": "min",
    "definition": "time spent waiting / visits, those without a wait included"
  },
  "pump_mean_dwell_min": {
    "label": "pumps, mean stay",
    "unit": "min",
    "definition": "mean time a pump was held by trucks that have left"
  },
  "pump_utilisation": {
    "label": "pumps, utilisation",
    "unit": "",
    "definition": "time they were held / time they were there, at their present number"
  },
  "pump_longest_wait_min": {
    "label": "pumps, longest wait",
    "unit": "min",
    "definition": "longest wait for a pump so far, of waits that have ended"
  },
  "parking_served": {
    "label": "parkings, visits",
    "unit": "visits",
    "definition": "trucks that took a place"
  },
  "parking_waited": {
    "label": "parkings, visits with a wait",
    "unit": "visits",
    "definition": "trucks that took a place after a wait"
  },
  "parking_turned_away": {
    "label": "parkings, turned away",
    "unit": "trucks",
    "definition": "times a truck came for a place, found none free and left"
  },
  "parking_mean_wait_min": {
    "label": "parkings, mean wait",
    "unit": "min",
    "definition": "time spent waiting / visits, those without a wait included"
  },
  "parking_mean_dwell_min": {
    "label": "parkings, mean stay",
    "unit": "min",
    "definition": "mean time a place was held by trucks that have left"
  },
  "parking_utilisation": {
    "label": "parkings, utilisation",
    "unit": "",
    "definition": "time they were held / time they were there, at their present number"
  },
  "parking_longest_wait_min": {
    "label": "parkings, longest wait",
    "unit": "min",
    "definition": "longest wait for a place so far, of waits that have ended"
  },
  "appointments": {
    "label": "appointments kept",
    "unit": "visits",
    "definition": "slots of the site in which booked trucks came to a dock"
  },
  "appointments_missed": {
    "label": "appointments missed",
    "unit": "visits",
    "definition": "times a truck came too late for its appointment at the site"
  },
  "yard_full": {
    "label": "waits outside the yard",
    "unit": "trucks",
    "definition": "trucks that found the yard of the site full and waited outside"
  },
  "yard_mean_wait_min": {
    "label": "mean wait outside the yard",
    "unit": "min",
    "definition": "time trucks that have come in or given up spent outside the yard / trucks that found it full"
  }
};

export const ORDER_STATES = [
  "announced",
  "open",
  "awarded",
  "loading",
  "aboard",
  "unloading"
] as const;

export const LIMITS = {
  "fastestSpeed": 3600.0,
  "ordersAPage": 1000,
  "drivingHours": 8.0
} as const;
