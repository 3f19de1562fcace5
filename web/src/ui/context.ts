/** What every panel may reach: the world, the map, the tool in hand. */

import { type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import type { MapView } from "../map/view";
import type { Reference } from "../model/feed";
import type { World } from "../model/world";
import type { BuildingType } from "../protocol/messages";

export const PANELS = ["overview", "orders", "charts", "events", "build"] as const;
export type Panel = (typeof PANELS)[number];
export const BUILD_PARTS = ["map", "fleet", "facilities", "files"] as const;
export type BuildPart = (typeof BUILD_PARTS)[number];

export class Workbench {
  readonly panel = signal<Panel>("overview");
  readonly buildPart = signal<BuildPart>("map");
  /** Whether the side panel (on a phone: the sheet) is open. */
  readonly open = signal(true);
  /** The kind of facility the next click on the map places. */
  readonly placing = signal<BuildingType | null>(null);
  /** The node that was chosen for it. */
  readonly placedNode = signal<number | null>(null);
  readonly askToken = signal(false);
  /** A file that was dropped or chosen, waiting for a yes. */
  readonly importing: Signal<File | null> = signal(null);
  view: MapView | null = null;

  show(panel: Panel, part?: BuildPart): void {
    this.panel.value = panel;
    if (part !== undefined) this.buildPart.value = part;
    this.open.value = true;
  }
}

export interface Shared {
  world: World;
  bench: Workbench;
  goTo(reference: Reference): void;
}

export const Context = createContext<Shared>(null as unknown as Shared);
