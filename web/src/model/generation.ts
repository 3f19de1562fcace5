/** The 26 parameters of a generated map, grouped for people; bounds and presets are the server's. */

import { type Bounds, PARAMETER_RULES, type ParameterRule } from "../generated/server";

export type Parameters = Record<string, number | [number, number]>;

/** How a parameter is shown. */
interface Listed {
  name: string;
  label: string;
  unit?: string;
  help?: string;
  step: number;
}

export interface Field extends Listed, ParameterRule {}

export interface Group {
  title: string;
  fields: Field[];
}

const share = (name: string, label: string, help: string): Listed => ({ name, label, help, step: 0.05 });
const density = (name: string, label: string): Listed => ({ name, label, unit: "per km²", step: 0.1 });

const LISTED: { title: string; fields: Listed[] }[] = [
  {
    title: "Extent and towns",
    fields: [
      { name: "map_width", label: "Width", unit: "m", step: 100 },
      { name: "map_height", label: "Height", unit: "m", step: 100 },
      { name: "num_major_centers", label: "Cities", step: 1 },
      { name: "minor_per_major", label: "Small towns per city", help: "on average", step: 0.5 },
      { name: "center_separation", label: "Least distance of cities", unit: "m", step: 100 },
      { name: "urban_sprawl", label: "Radius of a city", unit: "m", step: 50 },
      { name: "seed", label: "Seed", help: "same seed, same map", step: 1 },
    ],
  },
  {
    title: "Roads",
    fields: [
      { name: "local_density", label: "Junctions in towns", unit: "per km²", step: 1 },
      { name: "rural_density", label: "Junctions in the country", unit: "per km²", step: 0.1 },
      share("intra_connectivity", "More streets", "beyond the fewest that connect a town, 0 to 1"),
      {
        name: "inter_connectivity",
        label: "Highways to neighbours",
        help: "nearest towns each is tied to",
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
        step: 0.5,
      },
      {
        name: "rural_activity_rate_range",
        label: "Packages of a country site",
        unit: "per hour",
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
        step: 1,
      },
      {
        name: "gas_station_cost_factor_range",
        label: "Price factor of a station",
        step: 0.05,
      },
    ],
  },
];

export const GROUPS: Group[] = LISTED.map(({ title, fields }) => ({
  title,
  fields: fields.map((field) => ({ ...field, ...(PARAMETER_RULES[field.name] as ParameterRule) })),
}));

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

/** Say which values are right when one is not. */
export function outside({ min, max, above }: Bounds, value: number): string | null {
  const low = above ? value > min : value >= min;
  return low && value <= max ? null : above ? `more than ${min}, at most ${max}` : `${min} to ${max}`;
}

/** Say what is wrong with a value, null when nothing is. */
export function complaint(field: Field, value: number | [number, number] | undefined): string | null {
  const numbers = Array.isArray(value) ? value : [value];
  for (const item of numbers) {
    if (item === undefined || !Number.isFinite(item)) return "a number is needed";
    const wrong = outside(field, item);
    if (wrong !== null) return wrong;
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
