/** Icons as strokes on a grid of 24; always beside a label or in a labelled button. */

const PATHS = {
  play: "M7 4.5v15l12-7.5z",
  pause: "M8 5v14M16 5v14",
  stop: "M6 6h12v12H6z",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  close: "M6 6l12 12M18 6L6 18",
  search: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM16 16l4.5 4.5",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.5v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400",
  moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500z",
  key: "M15.500 4.500a4.500 4.500 0 1 1-3.600 7.200L5 18.600V20.500h3.500v-2.500H11v-2.500l1.600-1.600M16.500 8h.01",
  download: "M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 20h14",
  upload: "M12 20V9M7.500 13L12 8.500l4.500 4.500M5 4h14",
  target: "M12 6a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM12 2.500v5M12 16.500v5M2.500 12h5M16.500 12h5",
  trash: "M5 7h14M10 7V4.500h4V7M7 7l1 12.500h8L17 7M10.300 10.500v5.500M13.700 10.500v5.500",
  chart: "M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6",
  truck:
    "M3 6.500h10.500v9.500H3zM13.500 10h4l3 3v3h-7M7 18.500a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600zM17 18.500a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600z",
  map: "M9 4.500L3.500 7v12.500L9 17l6 2.500 5.500-2.500V4.500L15 7zM9 4.500V17M15 7v12.500",
  site: "M4 20V10l5-3.500V10l5-3.500V10l6-3.500V20zM10 20v-4.500h4V20",
  parking: "M9 19V5h4.500a4 4 0 0 1 0 8H9",
  gas_station:
    "M5 20V5.500A1.500 1.500 0 0 1 6.500 4h6A1.500 1.500 0 0 1 14 5.500V20M3.500 20h12M7.500 7.500h4V11h-4zM14 12h2.500v4.500a1.800 1.800 0 0 0 3.600 0V9L17 6",
  package: "M12 3.500l8 4v9l-8 4-8-4v-9zM4 7.500l8 4 8-4M12 11.500v9",
  broker: "M4 20v-1.500a5 5 0 0 1 5-5h6a5 5 0 0 1 5 5V20M12 4a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7z",
  list: "M8.500 6.500H20M8.500 12H20M8.500 17.500H20M4 6.500h.01M4 12h.01M4 17.500h.01",
  warning: "M12 4l9 15.500H3zM12 10v4.500M12 17h.01",
  chevron: "M6 9l6 6 6-6",
  gauge: "M4.500 18a9 9 0 1 1 15 0M12 14l4-5",
  build: "M4 20h16M6 20V9l6-5 6 5v11M10 20v-6h4v6",
  reset: "M4.500 12a7.500 7.500 0 1 0 2.500-5.600L4.500 8.800M4.500 4v4.800h4.800",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
