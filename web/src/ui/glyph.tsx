/** The sign of a state, as the map draws it (`map/truck-layer.ts`): told apart by its shape, with or without its colour. */

import type { State } from "../model/activities";

/** On a grid of 20 with the origin in the middle. */
export const GLYPHS: Record<State, string> = {
  driving: "M-6 -6L8 0L-6 6L-3 0Z",
  loading: "M-5.500 -5.500H5.500V5.500H-5.500Z",
  waiting: "M0 -7.500L7.500 0L0 7.500L-7.500 0Z",
  fuelling: "M0 -8.500L4.330 -1.100A5 5 0 1 1 -4.330 -1.100Z",
  resting: "M0.800 -6.800A6.800 6.800 0 1 0 6.800 1.400A5.600 5.600 0 0 1 0.800 -6.800Z",
  idle: "M0 -6A6 6 0 0 1 0 6A6 6 0 0 1 0 -6Z",
  stranded: "M-7 -4L-4 -7L0 -3L4 -7L7 -4L3 0L7 4L4 7L0 3L-4 7L-7 4L-3 0Z",
};

export function Glyph({ state, size = 14 }: { state: State; size?: number }) {
  return (
    <svg class={`glyph ${state}`} width={size} height={size} viewBox="-10 -10 20 20" aria-hidden="true">
      <path d={GLYPHS[state]} />
    </svg>
  );
}
