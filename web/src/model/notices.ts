/** Short news for the person at the page; they go by themselves after a while. */

import { signal } from "@preact/signals";

export interface Notice {
  number: number;
  text: string;
  bad: boolean;
}

const MOST_SHOWN = 4;
const GOOD_MS = 5000;
const BAD_MS = 12_000;

export class Notices {
  readonly shown = signal<Notice[]>([]);
  private count = 0;

  add(text: string, bad: boolean): void {
    this.count += 1;
    const notice = { number: this.count, text, bad };
    this.shown.value = [...this.shown.value.slice(1 - MOST_SHOWN), notice];
    window.setTimeout(() => this.dismiss(notice.number), bad ? BAD_MS : GOOD_MS);
  }

  dismiss(number: number): void {
    this.shown.value = this.shown.value.filter((notice) => notice.number !== number);
  }
}
