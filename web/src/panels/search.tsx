/** Find anything by its id or name: a combobox over trucks, facilities, packages and the broker. */

import { useContext, useId, useRef, useState } from "preact/hooks";
import type { Reference } from "../model/feed";
import type { World } from "../model/world";
import { Context } from "../ui/context";
import { Icon, type IconName } from "../ui/icon";

const MOST_FOUND = 9;

interface Found {
  reference: Reference;
  text: string;
  about: string;
  icon: IconName;
}

export function Search() {
  const { world, goTo } = useContext(Context);
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const asked = useRef(false);
  const id = useId();
  const found = open && text.trim() !== "" ? find(world, text.trim()) : [];
  const choose = (item: Found | undefined) => {
    if (item === undefined) return;
    goTo(item.reference);
    setText("");
    setOpen(false);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setActive(Math.min(active + 1, found.length - 1));
    else if (event.key === "ArrowUp") setActive(Math.max(active - 1, 0));
    else if (event.key === "Enter") choose(found[active]);
    else if (event.key === "Escape") setOpen(false);
    else return;
    event.preventDefault();
  };
  const onInput = (value: string) => {
    setText(value);
    setOpen(true);
    setActive(0);
    // Packages from before this page was opened are known only when asked for.
    if (!asked.current && value.startsWith("pkg")) {
      asked.current = true;
      void world.lookUpPackages();
    }
  };
  return (
    <div class="search">
      <Icon name="search" size={16} />
      <input
        type="text"
        role="combobox"
        aria-label="Find a truck, facility or package"
        aria-expanded={found.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `${id}-${active}` : undefined}
        placeholder="Find by id or name"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => onInput(event.currentTarget.value)}
        onFocus={() => setOpen(true)}
        onBlur={() => window.setTimeout(() => setOpen(false), 150)}
        onKeyDown={onKey}
      />
      <div id={`${id}-list`} role="listbox" aria-label="Found" class="found" hidden={found.length === 0}>
        {found.map((item, i) => (
          <div
            key={`${item.reference.kind} ${item.reference.id}`}
            id={`${id}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === active}
            onPointerDown={(event) => {
              event.preventDefault();
              choose(item);
            }}
          >
            <Icon name={item.icon} size={16} />
            <span class="found-text">{item.text}</span>
            <span class="found-about">{item.about}</span>
          </div>
        ))}
      </div>
      {open && text.trim() !== "" && found.length === 0 && (
        <p class="found none" role="status">
          Nothing of that name
        </p>
      )}
    </div>
  );
}

const BUILDING_TEXT = { site: "site", parking: "parking", gas_station: "fuel station" } as const;

/** Things whose id or name holds the text; those that begin with it first. */
function find(world: World, text: string): Found[] {
  const wanted = text.toLowerCase();
  const first: Found[] = [];
  const rest: Found[] = [];
  const offer = (name: string, make: () => Found): boolean => {
    const at = name.toLowerCase().indexOf(wanted);
    if (at === 0) first.push(make());
    else if (at > 0 && rest.length < MOST_FOUND) rest.push(make());
    return first.length >= MOST_FOUND;
  };
  const full = () => [...first, ...rest].slice(0, MOST_FOUND);
  const broker = world.broker.value;
  if (broker !== null) {
    offer(broker.id, () => ({
      reference: { kind: "broker", id: broker.id },
      text: broker.id,
      about: "broker",
      icon: "broker",
    }));
  }
  for (const id of world.fleet.ids) {
    if (offer(id, () => ({ reference: { kind: "truck", id }, text: id, about: "truck", icon: "truck" }))) return full();
  }
  for (const { data } of world.map.value?.buildings.values() ?? []) {
    const name = data.type === "site" && !data.id.toLowerCase().startsWith(wanted) ? data.name : data.id;
    const made = (): Found => ({
      reference: { kind: "building", id: data.id },
      text: data.type === "site" ? data.name : data.id,
      about: BUILDING_TEXT[data.type],
      icon: data.type,
    });
    if (offer(name, made)) return full();
  }
  for (const id of world.packages.ids()) {
    if (offer(id, () => ({ reference: { kind: "package", id }, text: id, about: "package", icon: "package" })))
      return full();
  }
  return full();
}
