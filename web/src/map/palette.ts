/** Colours of the map and of truck states in both themes; the same states in the style sheet bear the same values. */

import type { State } from "../model/activities";
import type { BuildingType, RoadClass } from "../protocol/messages";

export type Rgb = [number, number, number];
export type ThemeName = "light" | "dark";

export interface Palette {
  land: string;
  town: Rgb;
  road: Record<RoadClass, Rgb>;
  casing: Record<RoadClass, Rgb>;
  faint: Record<RoadClass, Rgb>;
  state: Record<State, Rgb>;
  building: Record<BuildingType, Rgb>;
  paper: Rgb;
  ink: Rgb;
  route: Rgb;
  routeCasing: Rgb;
  badge: Rgb;
}

function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export function hex(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

export const PALETTES: Record<ThemeName, Palette> = {
  light: {
    land: "#eef0ec",
    town: rgb("#e4e6e0"),
    road: {
      A: rgb("#f0a95c"),
      S: rgb("#f5c078"),
      GP: rgb("#f8d896"),
      G: rgb("#fce9bf"),
      Z: rgb("#fffdf6"),
      L: rgb("#ffffff"),
      D: rgb("#fbfbf9"),
    },
    casing: {
      A: rgb("#c77f33"),
      S: rgb("#cf9a4f"),
      GP: rgb("#d0b169"),
      G: rgb("#cdbb8b"),
      Z: rgb("#c3c3b9"),
      L: rgb("#cfd1cb"),
      D: rgb("#d4d6d0"),
    },
    faint: {
      A: rgb("#e39a4b"),
      S: rgb("#e5ac60"),
      GP: rgb("#e2bf74"),
      G: rgb("#d9c48f"),
      Z: rgb("#aeb0a7"),
      L: rgb("#bfc2bb"),
      D: rgb("#c8cbc4"),
    },
    state: {
      driving: rgb("#2148a3"),
      loading: rgb("#a123fe"),
      waiting: rgb("#9a6905"),
      fuelling: rgb("#00725b"),
      resting: rgb("#205200"),
      idle: rgb("#687384"),
      stranded: rgb("#c52a59"),
    },
    building: { site: rgb("#5c3d99"), parking: rgb("#33608f"), gas_station: rgb("#0b6f66") },
    paper: rgb("#ffffff"),
    ink: rgb("#17212b"),
    route: rgb("#1f5fd0"),
    routeCasing: rgb("#ffffff"),
    badge: rgb("#b4232f"),
  },
  dark: {
    land: "#0e141b",
    town: rgb("#151d26"),
    road: {
      A: rgb("#a8772f"),
      S: rgb("#8d6a34"),
      GP: rgb("#72613f"),
      G: rgb("#565548"),
      Z: rgb("#414c57"),
      L: rgb("#303b46"),
      D: rgb("#28323c"),
    },
    casing: {
      A: rgb("#3d2e16"),
      S: rgb("#352b19"),
      GP: rgb("#2a271d"),
      G: rgb("#20242a"),
      Z: rgb("#1a222b"),
      L: rgb("#18202a"),
      D: rgb("#161e27"),
    },
    faint: {
      A: rgb("#a8772f"),
      S: rgb("#8d6a34"),
      GP: rgb("#72613f"),
      G: rgb("#565548"),
      Z: rgb("#46525e"),
      L: rgb("#34404b"),
      D: rgb("#2d3843"),
    },
    state: {
      driving: rgb("#6287ed"),
      loading: rgb("#ddacff"),
      waiting: rgb("#df9c1f"),
      fuelling: rgb("#08bc99"),
      resting: rgb("#97ea89"),
      idle: rgb("#c5c5d0"),
      stranded: rgb("#f75d75"),
    },
    building: { site: rgb("#b79cf0"), parking: rgb("#86b4e6"), gas_station: rgb("#4fc9bb") },
    paper: rgb("#182029"),
    ink: rgb("#e8eef4"),
    route: rgb("#6cabff"),
    routeCasing: rgb("#0b1016"),
    badge: rgb("#ff7a86"),
  },
};
