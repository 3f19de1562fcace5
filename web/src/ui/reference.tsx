/** A thing of the world that can be followed: a click selects it and brings it to the middle of the map. */

import { useContext } from "preact/hooks";
import type { Reference } from "../model/feed";
import { Context } from "./context";

export function Ref({ reference, text }: { reference: Reference; text?: string }) {
  const { world, goTo } = useContext(Context);
  const building = reference.kind === "building" ? world.map.value?.buildings.get(reference.id)?.data : undefined;
  const name = text ?? (building?.type === "site" ? building.name : reference.id);
  return (
    <button type="button" class="reference" title={reference.id} onClick={() => goTo(reference)}>
      {name}
    </button>
  );
}
