/** What is asked for over HTTP again and again: the figures of the run, their series for charts, and what keeps the world from delivering. */

import { batch, signal } from "@preact/signals";
import type { SeriesData, Summary, WorldProblem } from "../protocol/messages";
import { Series } from "./series";

const PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;
/** The pause after a question, as a multiple of the time its answer took: a large world is asked less often. */
const PATIENCE = 15;
/** Between parts of a series that is still being gathered from a recording. */
const GATHERING_MS = 150;
/** A burst of changes is one question. */
const SETTLING_MS = 300;
/** What changes without being told, such as the rates of sites, is noticed after so long. */
const PROBLEMS_MS = 20_000;

export class Figures {
  readonly summary = signal<Summary | null>(null);
  readonly problems = signal<WorldProblem[]>([]);
  /** Counts with every change of the series. */
  readonly charted = signal(0);
  readonly series = new Series();
  private charts = 0;
  private pauseMs = PAUSE_MS;
  private timer = 0;
  private problemsTimer = 0;
  private problemsAsked = -Infinity;
  private busy = false;
  private again = false;
  /** Counts how often what was heard so far has lost its meaning. */
  private history = 0;

  constructor(
    private readonly fetchJson: (path: string) => Promise<unknown>,
    private readonly connected: () => boolean,
    private readonly onSummary: (summary: Summary) => void,
  ) {}

  start(): void {
    // A hidden page asks nothing; whatever it missed is in the server's series.
    document.addEventListener("visibilitychange", () => this.ask());
    this.ask();
  }

  /** Ask now instead of at the end of the pause. */
  ask(): void {
    window.clearTimeout(this.timer);
    if (this.busy) this.again = true;
    else void this.work();
  }

  /** Charts are shown from here on; return how to say that they are not any more. */
  chart(): () => void {
    this.charts += 1;
    this.ask();
    return () => {
      this.charts -= 1;
    };
  }

  /** The figures heard so far belong to another time, or another world. */
  forget(): void {
    this.history += 1;
    this.series.clear();
    this.charted.value += 1;
    this.summary.value = null;
    this.ask();
  }

  /** Something has changed that may make or mend a problem. */
  doubtProblems(): void {
    window.clearTimeout(this.problemsTimer);
    this.problemsTimer = window.setTimeout(() => void this.askProblems(), SETTLING_MS);
  }

  private async askProblems(): Promise<void> {
    if (!this.connected()) return;
    this.problemsAsked = performance.now();
    try {
      this.problems.value = ((await this.fetchJson("api/problems")) as { problems: WorldProblem[] }).problems;
    } catch {
      // The next change, or the next connection, asks again; meanwhile nothing is claimed.
      this.problems.value = [];
    }
  }

  private async work(): Promise<void> {
    this.busy = true;
    this.again = false;
    let pause = this.pauseMs;
    if (this.connected() && document.visibilityState === "visible") {
      const begun = performance.now();
      try {
        const gathering = await this.fetch();
        const patience = PATIENCE * (performance.now() - begun);
        this.pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(PAUSE_MS, patience));
        pause = gathering ? GATHERING_MS : this.pauseMs;
      } catch {
        // The figures stay as they are until the server answers again; the banner tells of a lost connection.
        this.pauseMs = PAUSE_MS;
      }
    }
    this.busy = false;
    this.timer = window.setTimeout(() => this.ask(), this.again ? 0 : pause);
  }

  /** Ask for the figures, and for the series when charts are shown; return whether there is more of it to come. */
  private async fetch(): Promise<boolean> {
    const { history } = this;
    const summary = (await this.fetchJson("api/summary")) as Summary;
    // Figures asked for before a jump to another time belong there.
    if (history !== this.history) return false;
    this.summary.value = summary;
    this.onSummary(summary);
    if (performance.now() - this.problemsAsked > PROBLEMS_MS) void this.askProblems();
    if (this.charts === 0) return false;
    const { after } = this.series;
    const path = after === null ? "api/series" : `api/series?after_s=${after}`;
    const data = (await this.fetchJson(path)) as SeriesData;
    if (history !== this.history) return false;
    batch(() => {
      this.series.take(data, after);
      this.charted.value += 1;
    });
    return !data.complete;
  }
}
