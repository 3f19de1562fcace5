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
  private sinceMidnight = 0;

  /** Where the playback stands, told when the world's clock showed so many seconds since midnight of the first day. */
  take(status: ReplayStatus, sinceMidnight: number): void {
    this.status.value = status;
    this.sinceMidnight = sinceMidnight;
  }

  leave(): void {
    this.status.value = null;
  }

  /** Where the playback stands when the world's clock shows so many seconds since midnight of the first day. */
  at(sinceMidnight: number): number {
    const status = this.status.value;
    if (status === null) return 0;
    return Math.min(status.end, Math.max(status.begin, status.now + sinceMidnight - this.sinceMidnight));
  }
}
