/** The playback of a recording: where it stands on its time line. */

import { computed, signal } from "@preact/signals";

/** Simulated seconds on the recording's clock: since midnight of the first day. */
export interface ReplayStatus {
  begin: number;
  end: number;
  now: number;
}

export class Replay {
  /** Null while the world is no recording. */
  readonly status = signal<ReplayStatus | null>(null);
  readonly playing = computed(() => this.status.value !== null);
  private toldAt = 0;
  private told = false;

  take(status: ReplayStatus, nowMs = performance.now()): void {
    this.status.value = status;
    this.toldAt = nowMs;
    this.told = true;
  }

  /** A new connection: it may lead to another server. */
  doubt(): void {
    this.told = false;
  }

  /** The first picture of the connection is complete: was there a recording in it? */
  settle(): void {
    if (!this.told) this.status.value = null;
  }

  /** Return where the playback is by now; `speed` is in simulated seconds per real second, 0 when it is paused. */
  at(speed: number, nowMs = performance.now()): number {
    const status = this.status.value;
    if (status === null) return 0;
    return Math.min(status.end, status.now + (speed * (nowMs - this.toldAt)) / 1000);
  }
}
