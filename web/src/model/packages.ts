/** Packages as the stream tells of them; those from before this page was opened are looked up when somebody asks. */

import type { Envelope, PackageData } from "../protocol/messages";

export interface KnownPackage extends PackageData {
  truck: string | null;
}

const MOST_KNOWN = 100_000;
const MOST_FINISHED = 2000;

export class Packages {
  private readonly known = new Map<string, KnownPackage>();
  private finished: string[] = [];

  clear(): void {
    this.known.clear();
    this.finished = [];
  }

  get(id: string): KnownPackage | undefined {
    return this.known.get(id);
  }

  ids(): Iterable<string> {
    return this.known.keys();
  }

  get size(): number {
    return this.known.size;
  }

  add(data: PackageData, truck: string | null = null): void {
    const before = this.known.get(data.id);
    this.known.set(data.id, { ...data, truck: truck ?? before?.truck ?? null });
    if (this.known.size > MOST_KNOWN) {
      const oldest = this.known.keys().next().value;
      if (oldest !== undefined) this.known.delete(oldest);
    }
  }

  /** Follow what an event of the stream says. */
  take({ signal, data }: Envelope): void {
    if (signal === "package.created") {
      this.add(data as unknown as PackageData);
      return;
    }
    const found = this.known.get(String(data.package_id));
    if (found === undefined) return;
    if (signal === "event.created" && data.event_type === "package_assigned") found.truck = String(data.agent_id);
    else if (signal === "package.picked_up") {
      found.status = "IN_TRANSIT";
      found.truck = String(data.agent_id);
    } else if (signal === "package.delivered") this.finish(found, "DELIVERED");
    else if (signal === "package.expired") this.finish(found, "EXPIRED");
  }

  private finish(found: KnownPackage, status: "DELIVERED" | "EXPIRED"): void {
    found.status = status;
    this.finished.push(found.id);
    if (this.finished.length > MOST_FINISHED) this.known.delete(this.finished.shift() as string);
  }
}
