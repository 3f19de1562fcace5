/** Binary position frames of `stream.subscribe` (docs/protocol.md), read without copying. */

export interface PositionFrame {
  tick: number;
  /** Simulated seconds since the start. */
  elapsed: number;
  roster: number;
  count: number;
  index: Uint32Array;
  x: Float32Array;
  y: Float32Array;
  /** Radians counter-clockwise from east. */
  heading: Float32Array;
  activity: Uint8Array;
  /** Share of the capacity, 0..255. */
  load: Uint8Array;
}

const MAGIC = 0x534f5053; // "SPOS", little-endian
const HEADER_BYTES = 32;
const BYTES_PER_TRUCK = 18;

/** Return the columns of a frame; throws when it is no frame of a known version. */
export function readPositions(buffer: ArrayBuffer): PositionFrame {
  const header = new DataView(buffer);
  if (buffer.byteLength < HEADER_BYTES || header.getUint32(0, true) !== MAGIC) throw new Error("not a position frame");
  const version = header.getUint16(4, true);
  if (version !== 1) throw new Error(`position frames of version ${version} are unknown to this page`);
  const n = header.getUint32(12, true);
  if (buffer.byteLength !== HEADER_BYTES + n * BYTES_PER_TRUCK) throw new Error("a position frame was cut");
  const at = (column: number) => HEADER_BYTES + column * 4 * n;
  return {
    tick: header.getUint32(8, true),
    elapsed: header.getFloat64(16, true),
    roster: header.getUint32(24, true),
    count: n,
    index: new Uint32Array(buffer, at(0), n),
    x: new Float32Array(buffer, at(1), n),
    y: new Float32Array(buffer, at(2), n),
    heading: new Float32Array(buffer, at(3), n),
    activity: new Uint8Array(buffer, at(4), n),
    load: new Uint8Array(buffer, at(4) + n, n),
  };
}
