/** What the page is shown on: theme, and whether there is room for panels at the sides. */

import { effect, signal } from "@preact/signals";
import type { ThemeName } from "../map/palette";

export type ThemeChoice = "system" | ThemeName;

const THEME_KEY = "spine.theme";
const darkQuery = window.matchMedia("(prefers-color-scheme: dark)");
const narrowQuery = window.matchMedia("(max-width: 899px)");
const calmQuery = window.matchMedia("(prefers-reduced-motion: reduce)");

const stored = localStorage.getItem(THEME_KEY);
export const themeChoice = signal<ThemeChoice>(stored === "light" || stored === "dark" ? stored : "system");
export const theme = signal<ThemeName>("light");
export const narrow = signal(narrowQuery.matches);
/** Whether the person at the page has asked the system for less motion. */
export const calm = signal(calmQuery.matches);
const systemDark = signal(darkQuery.matches);

darkQuery.addEventListener("change", (event) => {
  systemDark.value = event.matches;
});
narrowQuery.addEventListener("change", (event) => {
  narrow.value = event.matches;
});
calmQuery.addEventListener("change", (event) => {
  calm.value = event.matches;
});

effect(() => {
  const choice = themeChoice.value;
  theme.value = choice === "system" ? (systemDark.value ? "dark" : "light") : choice;
  document.documentElement.dataset.theme = theme.value;
  if (choice === "system") localStorage.removeItem(THEME_KEY);
  else localStorage.setItem(THEME_KEY, choice);
});
