/** The 26 parameters of a generated map, grouped for people, with presets. */

export type Parameters = Record<string, number | [number, number]>;

export interface Field {
  name: string;
  label: string;
  unit?: string;
  help?: string;
  pair?: boolean;
  whole?: boolean;
  min: number;
  max: number;
  step: number;
}

export interface Group {
  title: string;
  fields: Field[];
}

const share = (name: string, label: string, help: string): Field => ({ name, label, help, min: 0, max: 1, step: 0.05 });
const density = (name: string, label: string, help?: string): Field => ({
  name,
  label,
  unit: "per km²",
  min: 0,
  max: 1000,
  step: 0.1,
  ...(help === undefined ? {} : { help }),
});

export const GROUPS: Group[] = [
  {
    title: "Extent and towns",
    fields: [
      { name: "map_width", label: "Width", unit: "m", min: 100, max: 500_000, step: 100 },
      { name: "map_height", label: "Height", unit: "m", min: 100, max: 500_000, step: 100 },
      { name: "num_major_centers", label: "Cities", whole: true, min: 1, max: 1000, step: 1 },
      { name: "minor_per_major", label: "Small towns per city", help: "on average", min: 0, max: 100, step: 0.5 },
      { name: "center_separation", label: "Least distance of cities", unit: "m", min: 1, max: 500_000, step: 100 },
      { name: "urban_sprawl", label: "Radius of a city", unit: "m", min: 1, max: 100_000, step: 50 },
      { name: "seed", label: "Seed", help: "same seed, same map", whole: true, min: 0, max: 4_294_967_295, step: 1 },
    ],
  },
  {
    title: "Roads",
    fields: [
      { name: "local_density", label: "Junctions in towns", unit: "per km²", min: 0.1, max: 1000, step: 1 },
      { name: "rural_density", label: "Junctions in the country", unit: "per km²", min: 0, max: 1000, step: 0.1 },
      share("intra_connectivity", "More streets", "beyond the fewest that connect a town, 0 to 1"),
      {
        name: "inter_connectivity",
        label: "Highways to neighbours",
        help: "nearest towns each is tied to",
        whole: true,
        min: 1,
        max: 20,
        step: 1,
      },
      share("arterial_ratio", "Share of main streets", "0 to 1"),
      share("gridness", "Regularity of streets", "0 grown, 1 planned"),
      share("ring_road_prob", "Chance of a ring road", "per city, 0 to 1"),
      share("highway_curviness", "Bends of highways", "0 straight, 1 winding"),
      share("rural_settlement_prob", "Chance of a village", "per country junction, 0 to 1"),
    ],
  },
  {
    title: "Sites and demand",
    fields: [
      density("urban_sites_per_km2", "Sites in towns"),
      density("rural_sites_per_km2", "Sites in the country"),
      {
        name: "urban_activity_rate_range",
        label: "Packages of a town site",
        unit: "per hour",
        pair: true,
        min: 0,
        max: 1e6,
        step: 0.5,
      },
      {
        name: "rural_activity_rate_range",
        label: "Packages of a country site",
        unit: "per hour",
        pair: true,
        min: 0,
        max: 1e6,
        step: 0.5,
      },
    ],
  },
  {
    title: "Parkings and fuel",
    fields: [
      density("urban_parkings_per_km2", "Parkings in towns"),
      density("rural_parkings_per_km2", "Parkings in the country"),
      density("urban_gas_stations_per_km2", "Fuel stations in towns"),
      density("rural_gas_stations_per_km2", "Fuel stations in the country"),
      {
        name: "gas_station_capacity_range",
        label: "Pumps of a station",
        pair: true,
        whole: true,
        min: 1,
        max: 1000,
        step: 1,
      },
      {
        name: "gas_station_cost_factor_range",
        label: "Price factor of a station",
        pair: true,
        min: 0.01,
        max: 100,
        step: 0.05,
      },
    ],
  },
];

const COUNTY: Parameters = {
  map_width: 7000,
  map_height: 5000,
  num_major_centers: 2,
  minor_per_major: 1.5,
  center_separation: 3000,
  urban_sprawl: 700,
  local_density: 55,
  rural_density: 2.5,
  intra_connectivity: 0.3,
  inter_connectivity: 2,
  arterial_ratio: 0.2,
  gridness: 0.55,
  ring_road_prob: 1,
  highway_curviness: 0.6,
  rural_settlement_prob: 0.15,
  urban_sites_per_km2: 4,
  rural_sites_per_km2: 0.25,
  urban_activity_rate_range: [2, 5],
  rural_activity_rate_range: [1, 4],
  urban_parkings_per_km2: 2,
  rural_parkings_per_km2: 0.25,
  urban_gas_stations_per_km2: 1,
  rural_gas_stations_per_km2: 0.08,
  gas_station_capacity_range: [2, 6],
  gas_station_cost_factor_range: [0.9, 1.2],
  seed: 11,
};

const CITY: Parameters = {
  ...COUNTY,
  map_width: 10_000,
  map_height: 10_000,
  num_major_centers: 3,
  minor_per_major: 2,
  center_separation: 2500,
  urban_sprawl: 800,
  local_density: 50,
  rural_density: 5,
  gridness: 0.3,
  ring_road_prob: 0.5,
  highway_curviness: 0.2,
  urban_sites_per_km2: 5,
  rural_sites_per_km2: 1,
  urban_activity_rate_range: [5, 20],
  rural_activity_rate_range: [1, 8],
  rural_parkings_per_km2: 0.5,
  urban_gas_stations_per_km2: 0.5,
  rural_gas_stations_per_km2: 0.1,
  seed: 42,
};

export const PRESETS: { name: string; about: string; values: Parameters }[] = [
  { name: "County", about: "two towns and villages", values: COUNTY },
  { name: "City", about: "three cities on 10 × 10 km", values: CITY },
  {
    name: "Dense urban",
    about: "five planned cities, no villages",
    values: { ...CITY, num_major_centers: 5, local_density: 80, rural_density: 0, gridness: 0.7, ring_road_prob: 1 },
  },
  {
    name: "Sparse rural",
    about: "two small cities, many villages",
    values: {
      ...CITY,
      num_major_centers: 2,
      local_density: 20,
      rural_density: 10,
      gridness: 0,
      rural_settlement_prob: 0.3,
    },
  },
  {
    name: "Region",
    about: "six cities on 60 × 60 km, motorways",
    values: {
      ...CITY,
      map_width: 60_000,
      map_height: 60_000,
      num_major_centers: 6,
      center_separation: 14_000,
      urban_sprawl: 2000,
      local_density: 25,
      rural_density: 0.8,
      highway_curviness: 0.5,
      gridness: 0.4,
      urban_sites_per_km2: 0.9,
      rural_sites_per_km2: 0.02,
      urban_activity_rate_range: [0.35, 1.4],
      rural_activity_rate_range: [0.2, 0.7],
      urban_parkings_per_km2: 0.5,
      rural_parkings_per_km2: 0.02,
      urban_gas_stations_per_km2: 0.2,
      rural_gas_stations_per_km2: 0.01,
      seed: 5,
    },
  },
];

/** What map would come out, as the server answers `map.preview`. */
export interface MapPreview {
  area_km2: number;
  town_km2: number;
  nodes: number;
  edges: number;
  sites: number;
  parkings: number;
  gas_stations: number;
  packages_per_hour: number;
  notes: string[];
}

/** Say what is wrong with a value, null when nothing is. */
export function complaint(field: Field, value: number | [number, number] | undefined): string | null {
  const numbers = Array.isArray(value) ? value : [value];
  for (const item of numbers) {
    if (item === undefined || !Number.isFinite(item)) return "a number is needed";
    if (item < field.min || item > field.max) return `${field.min} to ${field.max}`;
    if (field.whole && !Number.isInteger(item)) return "a whole number";
  }
  if (Array.isArray(value) && value[0] > value[1]) return "smallest first";
  return null;
}

/** Take the known parameters out of what `map.created` said, when the map was generated. */
export function parametersOf(map: Record<string, unknown>): Parameters | null {
  const found: Parameters = {};
  for (const field of GROUPS.flatMap((group) => group.fields)) {
    const value = map[field.name];
    if (typeof value === "number") found[field.name] = value;
    else if (Array.isArray(value) && value.length === 2) found[field.name] = [Number(value[0]), Number(value[1])];
    else return null;
  }
  // Maps that were imported carry placeholders of zero, which no generator takes.
  return found.urban_sites_per_km2 === 0 && found.rural_sites_per_km2 === 0 && found.rural_density === 0 ? null : found;
}
