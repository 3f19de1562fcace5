/** The page: the map below everything, a bar on top, panels at the sides (on a phone: a sheet at the bottom). */

import { untracked, useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useContext, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Insets, MapView } from "./map/view";
import { activityName, activityText } from "./model/activities";
import type { Reference } from "./model/feed";
import type { World } from "./model/world";
import { Banner, Notices, TokenDialog, WorldProblems } from "./panels/banner";
import { Build } from "./panels/build";
import { Charts } from "./panels/charts";
import { Events } from "./panels/events";
import { ImportDialog } from "./panels/files";
import { Header } from "./panels/header";
import { Inspector } from "./panels/inspector";
import { Legend } from "./panels/legend";
import { Orders } from "./panels/orders";
import { Overview } from "./panels/overview";
import { Timeline } from "./panels/timeline";
import { Context, PANELS, type Panel, type Shared, Workbench } from "./ui/context";
import { narrow, theme } from "./ui/environment";
import type { IconName } from "./ui/icon";
import { Button } from "./ui/parts";
import { Tabs } from "./ui/tabs";

const PANEL_TEXT: Record<Panel, string> = {
  overview: "Overview",
  orders: "Orders",
  charts: "Charts",
  events: "Events",
  build: "Build",
};
const PANEL_ICON: Record<Panel, IconName> = {
  overview: "gauge",
  orders: "package",
  charts: "chart",
  events: "list",
  build: "build",
};
/** What legend and zoom cover of the map, pixels: a row at its foot, on a phone also a column on the right. */
const TOOLS = { width: 56, height: 48 };
/** How much of a phone's height a sheet takes, as in the style sheet. */
const SHEET_SHARE = 0.46;
/** A window, in pixels, in which the list of orders has room for all columns; as in the style sheet. */
const WIDE_ENOUGH = 1180;
/** What the time line of a recording covers of the map, pixels. */
const TIMELINE_HEIGHT = 92;
const CONTENT: Record<Panel, ComponentType> = {
  overview: Overview,
  orders: Orders,
  charts: Charts,
  events: Events,
  build: Build,
};

export function App({ world }: { world: World }) {
  const shared = useMemo(() => share(world), [world]);
  const { bench } = shared;
  const dragging = useDroppedFiles((file) => {
    if (world.replay.playing.value) world.notify("This is a recording: nothing can be imported into it.", true);
    else bench.importing.value = file;
  });
  const classes = [narrow.value ? "narrow" : "wide", bench.open.value ? "open" : "closed"];
  if (world.replay.playing.value) classes.push("replaying");
  return (
    <Context.Provider value={shared}>
      <div class={`page ${classes.join(" ")}`}>
        <main>
          <MapArea />
        </main>
        <Header />
        <Banner />
        <WorldProblems />
        <Inspector />
        <Side />
        <Timeline />
        <Empty />
        <Notices />
        {dragging && <div class="drop-here">Drop a .smap or .ssave file to import it</div>}
        {bench.askToken.value && <TokenDialog />}
        {bench.importing.value !== null && <ImportDialog key={bench.importing.value} file={bench.importing.value} />}
      </div>
    </Context.Provider>
  );
}

/** Take files that are dropped anywhere on the page; return whether one is being held over it. */
function useDroppedFiles(onFile: (file: File | null) => void): boolean {
  const [dragging, setDragging] = useState(false);
  const take = useRef(onFile);
  take.current = onFile;
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setDragging(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setDragging(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setDragging(false);
      take.current(event.dataTransfer?.files[0] ?? null);
    };
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, []);
  return dragging;
}

function share(world: World): Shared {
  const bench = new Workbench();
  const goTo = (reference: Reference) => {
    const described = world.select(reference);
    const view = bench.view;
    const { fleet } = world;
    if (reference.kind === "truck") {
      const at = fleet.at(reference.id);
      if (at === undefined || view === null) return;
      view.centre(fleet.x[at] as number, fleet.y[at] as number, false);
      // Its way is known when the server has answered; who has moved on by then is left where they are.
      const untouched = view.untouched();
      void described.then(() => {
        if (world.selection.value === reference && untouched()) view.showJourney();
      });
    } else if (reference.kind === "building") {
      const place = world.map.value?.buildings.get(reference.id);
      if (place !== undefined) view?.centre(place.x, place.y, false);
    } else if (reference.kind === "package") {
      void described.then(() => {
        if (world.selection.value === reference) view?.showJourney();
      });
    }
  };
  return { world, bench, goTo };
}

/** What the bar, the panels and the time line cover of the map. */
function insetsOf(world: World, bench: Workbench): Insets {
  const open = bench.open.value;
  const inspecting = world.selection.value !== null;
  const foot = world.replay.playing.value ? TIMELINE_HEIGHT : 0;
  if (!narrow.value) {
    const right = bench.panel.value === "orders" && window.innerWidth >= WIDE_ENOUGH ? 700 : 404;
    return { top: 64, right: open ? right : 12, bottom: foot + 12 + TOOLS.height, left: inspecting ? 356 : 12 };
  }
  const sheet = open || inspecting ? SHEET_SHARE * window.innerHeight : 64;
  return { top: 104, right: TOOLS.width, bottom: foot + sheet + TOOLS.height, left: 0 };
}

function MapArea() {
  const { world, bench } = useContext(Context);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [tip, setTip] = useState<{ x: number; y: number; reference: Reference } | null>(null);
  useEffect(() => {
    if (canvas.current === null) return;
    const view = new MapView(
      canvas.current,
      world,
      {
        onPlace: (x, y) => {
          if (bench.placing.value === null) return false;
          bench.placedNode.value = world.map.value?.nearestNode(x, y) ?? null;
          bench.placing.value = null;
          return true;
        },
        onHover: (x, y) => {
          if (bench.placing.value === null) return;
          const node = world.map.value?.nearestNode(x, y) ?? null;
          const at = node === null ? null : world.map.value?.nodePosition(node);
          view.setMark(at ? { x: at[0], y: at[1] } : null);
        },
        onTip: setTip,
        insets: () => untracked(() => insetsOf(world, bench)),
      },
      theme.value,
    );
    bench.view = view;
    (window as unknown as { spine: object }).spine = { world, view };
    return () => {
      bench.view = null;
      view.destroy();
    };
  }, [world, bench]);
  useSignalEffect(() => bench.view?.setTheme(theme.value));
  return (
    <>
      <canvas
        ref={canvas}
        class="map"
        tabIndex={0}
        aria-label="Map of the network. Arrow keys move it, plus and minus zoom; things on it can be found with the search."
      />
      {tip !== null && <Tip tip={tip} world={world} />}
      <div class="map-tools">
        <Legend />
        <fieldset class="zoom" aria-label="Map">
          <Button icon="plus" label="Zoom in" onClick={() => bench.view?.zoomBy(0.7)} />
          <Button icon="minus" label="Zoom out" onClick={() => bench.view?.zoomBy(-0.7)} />
          <Button icon="fit" label="Show the whole map" onClick={() => bench.view?.fit()} />
        </fieldset>
      </div>
    </>
  );
}

function Tip({ tip, world }: { tip: { x: number; y: number; reference: Reference }; world: World }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current === null) return;
    box.current.style.transform = `translate(${Math.round(tip.x + 14)}px, ${Math.round(tip.y + 14)}px)`;
  }, [tip.x, tip.y]);
  const { kind, id } = tip.reference;
  const building = kind === "building" ? world.map.value?.buildings.get(id)?.data : undefined;
  const at = kind === "truck" ? world.fleet.at(id) : undefined;
  const about =
    at !== undefined
      ? activityText(activityName(world.fleet.activity[at] as number))
      : building === undefined
        ? ""
        : building.type === "site"
          ? `${building.active_packages.length} packages waiting`
          : `${building.current_agents.length} of ${building.capacity} taken`;
  return (
    <div ref={box} class="tip" aria-hidden="true">
      <b>{building?.type === "site" ? building.name : id}</b>
      <span>{about}</span>
    </div>
  );
}

function Side() {
  const { bench } = useContext(Context);
  const panel = bench.panel.value;
  const open = bench.open.value;
  const Content = CONTENT[panel];
  return (
    <section class={`panel side ${open && panel === "orders" ? "orders-side" : ""}`} aria-label="Panels">
      <div class="side-head">
        <Tabs
          label="Panels"
          kind="outer"
          tabs={PANELS.map((id) => ({ id, text: PANEL_TEXT[id], icon: PANEL_ICON[id] }))}
          chosen={panel}
          panel="side-panel"
          onChoose={(id) => bench.show(id)}
        />
        <Button
          icon="chevron"
          label={open ? "Fold the panel away" : "Open the panel"}
          onClick={() => (bench.open.value = !open)}
        />
      </div>
      {open && (
        <div
          id="side-panel"
          class="panel-body"
          role="tabpanel"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and may hold nothing else that takes the focus
          tabIndex={0}
          aria-labelledby={`tab-${panel}`}
          key={panel}
        >
          <Content />
        </div>
      )}
    </section>
  );
}

function Empty() {
  const { world, bench } = useContext(Context);
  if (world.map.value !== null || !world.known.value || world.connection.value.name !== "open") return null;
  if (world.replay.playing.value) return null;
  return (
    <section class="empty" aria-label="The world is empty">
      <h2>The world is empty</h2>
      <p>Make a map and put trucks on it, or bring a map or a save from a file.</p>
      <div class="buttons">
        <Button kind="primary" icon="map" onClick={() => bench.show("build", "map")}>
          Make a map
        </Button>
        <Button icon="upload" onClick={() => bench.show("build", "files")}>
          Import a file
        </Button>
      </div>
    </section>
  );
}
