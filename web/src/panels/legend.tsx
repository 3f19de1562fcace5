/** What the colours and signs of the map mean. */

import { useState } from "preact/hooks";
import { STATE_TEXT, STATES } from "../model/activities";
import { narrow } from "../ui/environment";
import { Glyph } from "../ui/glyph";
import { Icon } from "../ui/icon";

const ROADS: [string, string][] = [
  ["A", "Motorway"],
  ["S", "Expressway"],
  ["GP", "Trunk road"],
  ["G", "Main road"],
  ["Z", "Collector road"],
  ["L", "Local, access"],
];

export function Legend() {
  const [open, setOpen] = useState(!narrow.value && window.innerWidth >= 1600 && window.innerHeight >= 850);
  return (
    <section class="legend panel" aria-label="Legend">
      <button type="button" class="legend-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span>Legend</span>
        <Icon name="chevron" size={14} />
      </button>
      {open && (
        <div class="legend-body">
          <ul>
            {STATES.map((state) => (
              <li key={state}>
                <Glyph state={state} size={18} />
                {STATE_TEXT[state]}
              </li>
            ))}
            <li>
              <svg class="glyph load driving" width="18" height="18" viewBox="-10 -10 20 20" aria-hidden="true">
                <path class="hollow" d="M-7 -7L9 0L-7 7L-4 0Z" />
                <path d="M-7 -7L1 -3.500L1 3.500L-7 7L-4 0Z" />
              </svg>
              Filled: loaded
            </li>
          </ul>
          <ul>
            {(["site", "parking", "gas_station"] as const).map((type) => (
              <li key={type}>
                <span class={`plate small ${type}`}>
                  <Icon name={type} size={13} />
                </span>
                {{ site: "Site", parking: "Parking", gas_station: "Fuel station" }[type]}
              </li>
            ))}
            <li>
              <span class="badge-sample">3</span> Packages waiting
            </li>
          </ul>
          <ul>
            {ROADS.map(([name, text]) => (
              <li key={name}>
                <span class={`road-sample road-${name}`} />
                {text}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
