/** Making and changing the world: maps, fleets, facilities, files. */

import { useContext } from "preact/hooks";
import { BUILD_PARTS, type BuildPart, Context } from "../ui/context";
import { Tabs } from "../ui/tabs";
import { FacilityForm } from "./facility-form";
import { Files } from "./files";
import { FleetForm } from "./fleet-form";
import { MapForm } from "./map-form";

const TEXT: Record<BuildPart, string> = { map: "Map", fleet: "Fleet", facilities: "Facilities", files: "Files" };

export function Build() {
  const { bench, world } = useContext(Context);
  const part = bench.buildPart.value;
  if (world.replay.playing.value) {
    return (
      <p class="note">
        This is a recording: it can be played and sought, not changed. To build, serve a world with{" "}
        <code>spine serve</code>.
      </p>
    );
  }
  return (
    <>
      <Tabs
        label="What to build"
        kind="inner"
        tabs={BUILD_PARTS.map((id) => ({ id, text: TEXT[id] }))}
        chosen={part}
        onChoose={(id) => (bench.buildPart.value = id)}
        panel="build-part"
      />
      <div id="build-part" role="tabpanel" aria-labelledby={`tab-${part}`}>
        {part === "map" && <MapForm />}
        {part === "fleet" && <FleetForm />}
        {part === "facilities" && <FacilityForm />}
        {part === "files" && <Files />}
      </div>
    </>
  );
}
