/** Maps and saves as files: out of the world and, by choosing or dropping them, into it. */

import { useContext, useRef } from "preact/hooks";
import * as format from "../model/format";
import { Context } from "../ui/context";
import { Icon } from "../ui/icon";
import { Button, Dialog, download, Problem, useAction } from "../ui/parts";

const PATIENCE_MS = 120_000;
export const IMPORTED = /\.(smap|ssave)$/i;

export function Files() {
  const { bench } = useContext(Context);
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="form">
      <h3>Out</h3>
      <Export action="map.export" what="the map" about="Roads and facilities" />
      <Export
        action="simulation.export_state"
        what="everything"
        about="Roads, facilities, agents, packages, the clock"
      />
      <h3>In</h3>
      <button type="button" class="drop" onClick={() => input.current?.click()}>
        <Icon name="upload" size={24} />
        <span>
          <b>Choose a .smap or .ssave file</b>, or drop it anywhere on this page
        </span>
      </button>
      <input
        ref={input}
        type="file"
        accept=".smap,.ssave"
        hidden
        aria-label="A .smap or .ssave file"
        onChange={(event) => {
          bench.importing.value = event.currentTarget.files?.[0] ?? null;
          event.currentTarget.value = "";
        }}
      />
      <Reset />
    </div>
  );
}

function Export({ action: name, what, about }: { action: string; what: string; about: string }) {
  const { world } = useContext(Context);
  const action = useAction();
  const save = () =>
    action.run(async () => {
      const data = await world.ask(name, { filename: "spine" }, PATIENCE_MS);
      const bytes = Uint8Array.from(atob(String(data.file_content)), (letter) => letter.charCodeAt(0));
      download(String(data.filename), new Blob([bytes], { type: "application/json" }));
    });
  return (
    <div class="export">
      <Button icon="download" busy={action.busy} onClick={() => void save()}>
        {`Save ${what}`}
      </Button>
      <span class="muted">{about}</span>
      <Problem text={action.error} />
    </div>
  );
}

function Reset() {
  const { world } = useContext(Context);
  const action = useAction();
  return (
    <>
      <h3>Again</h3>
      <div class="export">
        <Button
          icon="reset"
          busy={action.busy}
          onClick={() => void action.run(() => world.ask("simulation.reset", {}, PATIENCE_MS))}
        >
          Back to the start
        </Button>
        <span class="muted">Same map and fleet, simulated time 0</span>
        <Problem text={action.error} />
      </div>
    </>
  );
}

function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 32_768) parts.push(String.fromCharCode(...bytes.subarray(i, i + 32_768)));
  return btoa(parts.join(""));
}

/** Asks before a file replaces the world. */
export function ImportDialog({ file }: { file: File }) {
  const { world, bench } = useContext(Context);
  const action = useAction();
  // Another file may have been dropped meanwhile: the question about that one stays.
  const close = () => {
    if (bench.importing.value === file) bench.importing.value = null;
  };
  const isMap = file.name.toLowerCase().endsWith(".smap");
  const known = IMPORTED.test(file.name);
  const load = async () => {
    const done = await action.run(async () => {
      const file_content = base64(new Uint8Array(await file.arrayBuffer()));
      await world.ask(
        isMap ? "map.import" : "simulation.import_state",
        { filename: file.name, file_content },
        PATIENCE_MS,
      );
    });
    if (done) {
      world.notify(`Imported ${file.name}.`);
      close();
    }
  };
  return (
    <Dialog title={known ? `Import ${file.name}?` : "This file cannot be imported"} onClose={close}>
      {known ? (
        <p>
          {isMap
            ? "The map is replaced. Trucks stay and are placed anew; packages go."
            : "Everything is replaced: the map, agents, packages and the clock."}
          {world.run.value !== "stopped" && " The simulation is stopped."} ({format.number(file.size / 1024)} kB)
        </p>
      ) : (
        <p>{file.name} is neither a map (.smap) nor a save (.ssave).</p>
      )}
      <Problem text={action.error} />
      <div class="buttons end">
        <Button onClick={close}>{known ? "Cancel" : "Close"}</Button>
        {known && (
          <Button kind="primary" icon="upload" busy={action.busy} onClick={() => void load()}>
            Import
          </Button>
        )}
      </div>
    </Dialog>
  );
}
