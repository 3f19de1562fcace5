/** A list of tabs that arrow keys walk through. */

import { Icon, type IconName } from "./icon";

interface TabsProps<T extends string> {
  label: string;
  kind: "outer" | "inner";
  tabs: { id: T; text: string; icon?: IconName }[];
  chosen: T;
  panel: string;
  onChoose(id: T): void;
}

export function Tabs<T extends string>({ label, kind, tabs, chosen, panel, onChoose }: TabsProps<T>) {
  const walk = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChoose(next.id);
    event.currentTarget.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <div class={`tabs ${kind}`} role="tablist" aria-label={label} onKeyDown={walk}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          id={`tab-${tab.id}`}
          type="button"
          role="tab"
          aria-selected={tab.id === chosen}
          aria-controls={tab.id === chosen ? panel : undefined}
          tabIndex={tab.id === chosen ? 0 : -1}
          onClick={() => onChoose(tab.id)}
        >
          {tab.icon !== undefined && <Icon name={tab.icon} size={16} />}
          <span>{tab.text}</span>
        </button>
      ))}
    </div>
  );
}
