import { useEffect, useRef } from "preact/hooks";
import { MapView } from "./map/view";
import type { World } from "./model/world";

export function App({ world }: { world: World }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current === null) return;
    const view = new MapView(
      canvas.current,
      world,
      { onPlace: () => false, onHover: () => {}, onTip: () => {} },
      "light",
    );
    return () => view.destroy();
  }, [world]);
  return <canvas ref={canvas} class="map" />;
}
