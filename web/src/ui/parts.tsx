/** The small parts panels are made of. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon";

export interface Action {
  busy: boolean;
  error: string | null;
  run(work: () => Promise<unknown>): Promise<boolean>;
  clear(): void;
}

/** One action with its own place for an error: what fails is told where it was asked for. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  return {
    busy,
    error,
    clear: () => setError(null),
    async run(work) {
      setBusy(true);
      setError(null);
      try {
        await work();
        return true;
      } catch (problem) {
        setError((problem as Error).message);
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}

export function Problem({ text }: { text: string | null }) {
  return (
    <div role="alert" class="problem-slot">
      {text !== null && (
        <p class="problem">
          <Icon name="warning" size={16} />
          <span>{text}</span>
        </p>
      )}
    </div>
  );
}

interface ButtonProps {
  children?: ComponentChildren;
  icon?: IconName;
  label?: string;
  kind?: "primary" | "danger" | "quiet";
  small?: boolean;
  busy?: boolean;
  disabled?: boolean;
  pressed?: boolean;
  submit?: boolean;
  title?: string;
  onClick?: (event: MouseEvent) => void;
}

/** A button; without children it is an icon, and `label` is its name. */
export function Button(props: ButtonProps) {
  const { children, icon, label, kind = "quiet", small, busy, disabled, pressed, submit, title, onClick } = props;
  const classes = ["button", kind, small ? "small" : "", children === undefined ? "icon-only" : ""];
  return (
    <button
      type={submit ? "submit" : "button"}
      class={classes.join(" ")}
      aria-label={label}
      title={title ?? (children === undefined ? label : undefined)}
      aria-pressed={pressed}
      aria-busy={busy}
      disabled={disabled}
      onClick={(event) => {
        // Busy, not disabled: that would take the focus away from those who use the keyboard.
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon !== undefined && <Icon name={icon} size={small ? 16 : 18} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
}

export function Meter({ share, tone, label }: { share: number; tone?: string; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    // biome-ignore lint/a11y/useSemanticElements: how a meter element is filled cannot be styled alike in all browsers
    <div class="meter" role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
      <Fill class={`meter-fill ${tone ?? ""}`} share={share} />
    </div>
  );
}

/** A bar of a share of its parent's width. Set by script: the content security policy allows no style attributes. */
export function Fill({ share, ...rest }: { share: number; class: string }) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (bar.current !== null) bar.current.style.width = `${Math.min(100, Math.max(0, share * 100))}%`;
  }, [share]);
  return <div ref={bar} class={rest.class} />;
}

export function Facts({ rows }: { rows: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface NumberFieldProps {
  label: string;
  value: number;
  unit?: string | undefined;
  help?: string | undefined;
  problem?: string | null;
  min?: number;
  max?: number;
  step?: number;
  onChange(value: number): void;
}

export function NumberField({ label, value, unit, help, problem, min, max, step, onChange }: NumberFieldProps) {
  const id = useId();
  return (
    <div class={`field ${problem ? "bad" : ""}`}>
      <label for={id}>
        {label}
        {unit !== undefined && <span class="unit"> {unit}</span>}
      </label>
      <input
        id={id}
        type="number"
        value={Number.isFinite(value) ? value : ""}
        min={min}
        max={max}
        step={step ?? "any"}
        aria-invalid={problem ? "true" : undefined}
        aria-describedby={help !== undefined || problem ? `${id}-help` : undefined}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
      {(help !== undefined || problem) && (
        <p id={`${id}-help`} class="help">
          {problem ?? help}
        </p>
      )}
    </div>
  );
}

export function TextField(props: {
  label: string;
  value: string;
  type?: "text" | "password";
  onChange(value: string): void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        type={(props.type ?? "text") as "text"}
        value={props.value}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => props.onChange(event.currentTarget.value)}
      />
    </div>
  );
}

export function SelectField<T extends string>(props: {
  label: string;
  value: T;
  options: { value: T; text: string }[];
  onChange(value: T): void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select id={id} value={props.value} onChange={(event) => props.onChange(event.currentTarget.value as T)}>
        {props.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A modal dialog; the browser keeps the focus in it and closes it on Escape. */
export function Dialog(props: { title: string; onClose(): void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  const { onClose } = props;
  // Tells of the closing only as long as it is there: the browser says "close" a while after a dialog was taken away,
  // when another one may already be open.
  useEffect(() => {
    const dialog = element.current;
    dialog?.addEventListener("close", onClose);
    return () => dialog?.removeEventListener("close", onClose);
  }, [onClose]);
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={element} aria-labelledby={id}>
      <header class="dialog-head">
        <h2 id={id}>{props.title}</h2>
        <Button icon="close" label="Close" onClick={props.onClose} />
      </header>
      {props.children}
    </dialog>
  );
}

/** Hand a file to the browser's downloads. */
export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
