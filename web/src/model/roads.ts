/** The road network as drawn and searched: nodes, edges, buildings, and what stands where. */

import type { Building, GraphEdge, MapData, RoadClass } from "../protocol/messages";
import { ROAD_CLASSES } from "../protocol/messages";

export interface Bounds {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

export interface PlacedBuilding {
  node: number;
  x: number;
  y: number;
  data: Building;
}

/** Segments of one road class; two-way roads once. */
export interface Segments {
  count: number;
  /** x, y of both ends: 4 numbers a segment. */
  points: Float32Array;
  startIndices: Uint32Array;
}

/** Nodes of streets nearer than this to each other make up a town, drawn as its ground. */
const TOWN_EDGE_M = 280;
/** The distance to the next facility is measured for a sample of at most this many. */
const MOST_MEASURED = 300;

export class RoadMap {
  readonly parameters: Record<string, unknown>;
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly nodeIds: number[] = [];
  readonly nodeX: Float64Array;
  readonly nodeY: Float64Array;
  readonly bounds: Bounds;
  readonly buildings = new Map<string, PlacedBuilding>();
  readonly segments = new Map<RoadClass, Segments>();
  readonly townGround: Float32Array;
  private readonly nodeIndex = new Map<number, number>();
  private readonly edges = new Map<number, GraphEdge>();
  private readonly grid: NodeGrid;
  private spacing: { of: number; metres: number } | null = null;

  constructor(data: MapData) {
    const { graph, ...parameters } = data;
    this.parameters = parameters;
    this.nodeCount = graph.nodes.length;
    this.edgeCount = graph.edges.length;
    this.nodeX = new Float64Array(this.nodeCount);
    this.nodeY = new Float64Array(this.nodeCount);
    graph.nodes.forEach((node, index) => {
      const id = Number(node.id);
      this.nodeIds.push(id);
      this.nodeIndex.set(id, index);
      this.nodeX[index] = node.x;
      this.nodeY[index] = node.y;
      for (const building of node.buildings ?? []) this.place(building, id);
    });
    for (const edge of graph.edges) this.edges.set(Number(edge.id), edge);
    this.bounds = this.measure();
    this.grid = new NodeGrid(this.nodeX, this.nodeY, this.bounds);
    this.townGround = this.layOutSegments(graph.edges);
  }

  /** Put a building on the map, or replace what is known of it. */
  place(building: Building, node: number): void {
    const position = this.nodePosition(node);
    if (position !== null) this.buildings.set(building.id, { node, x: position[0], y: position[1], data: building });
  }

  nodePosition(id: number): [number, number] | null {
    const index = this.nodeIndex.get(id);
    if (index === undefined) return null;
    return [this.nodeX[index] as number, this.nodeY[index] as number];
  }

  edge(id: number): GraphEdge | undefined {
    return this.edges.get(id);
  }

  /** Return the point at a distance along an edge, metres, and the heading there. */
  along(edgeId: number, metres: number): { x: number; y: number; heading: number } | null {
    const edge = this.edges.get(edgeId);
    const from = edge && this.nodePosition(Number(edge.from_node));
    const to = edge && this.nodePosition(Number(edge.to_node));
    if (!edge || !from || !to) return null;
    const share = Math.min(1, Math.max(0, metres / edge.length_m));
    const dx = to[0] - from[0];
    const dy = to[1] - from[1];
    return { x: from[0] + dx * share, y: from[1] + dy * share, heading: Math.atan2(dy, dx) };
  }

  /** Return the id of the node nearest to a point, null on an empty map. */
  nearestNode(x: number, y: number): number | null {
    const index = this.grid.nearest(x, y);
    return index === null ? null : (this.nodeIds[index] as number);
  }

  /** How far facilities usually are from the next one that is not at the same junction, metres. */
  get facilitySpacing(): number {
    if (this.spacing === null || this.spacing.of !== this.buildings.size) {
      this.spacing = { of: this.buildings.size, metres: this.measureSpacing() };
    }
    return this.spacing.metres;
  }

  private measureSpacing(): number {
    const places = [...new Map([...this.buildings.values()].map((place) => [place.node, place])).values()];
    const step = Math.ceil(places.length / MOST_MEASURED);
    const nearest = places
      .filter((_, i) => i % step === 0)
      .map((one) =>
        places.reduce(
          (best, other) => (other === one ? best : Math.min(best, Math.hypot(other.x - one.x, other.y - one.y))),
          Infinity,
        ),
      )
      .sort((a, b) => a - b);
    const { minX, maxX, minY, maxY } = this.bounds;
    const middle = nearest[Math.floor(nearest.length / 2)] ?? Infinity;
    return Math.max(1, Math.min(middle, maxX - minX, maxY - minY));
  }

  private measure(): Bounds {
    const bounds = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
    for (let i = 0; i < this.nodeCount; i += 1) {
      const x = this.nodeX[i] as number;
      const y = this.nodeY[i] as number;
      bounds.minX = Math.min(bounds.minX, x);
      bounds.maxX = Math.max(bounds.maxX, x);
      bounds.minY = Math.min(bounds.minY, y);
      bounds.maxY = Math.max(bounds.maxY, y);
    }
    return this.nodeCount > 0 ? bounds : { minX: 0, minY: 0, maxX: 1000, maxY: 1000 };
  }

  /** Fill `segments`; return the points of town ground (x, y, radius each). */
  private layOutSegments(edges: GraphEdge[]): Float32Array {
    const chosen = new Map<RoadClass, number[]>(ROAD_CLASSES.map((name) => [name, []]));
    const drawn = new Set<number>();
    const reach = new Map<number, number>();
    for (const edge of edges) {
      const a = this.nodeIndex.get(Number(edge.from_node));
      const b = this.nodeIndex.get(Number(edge.to_node));
      if (a === undefined || b === undefined) continue;
      const key = Math.min(a, b) * this.nodeCount + Math.max(a, b);
      if (drawn.has(key)) continue;
      drawn.add(key);
      chosen.get(edge.road_class)?.push(a, b);
      const street =
        edge.road_class === "L" || edge.road_class === "D" || edge.road_class === "Z" || edge.road_class === "G";
      if (street && edge.length_m < TOWN_EDGE_M) {
        for (const node of [a, b]) reach.set(node, Math.max(reach.get(node) ?? 0, 25 + edge.length_m * 0.45));
      }
    }
    for (const [name, ends] of chosen) {
      const points = new Float32Array(ends.length * 2);
      ends.forEach((node, i) => {
        points[2 * i] = this.nodeX[node] as number;
        points[2 * i + 1] = this.nodeY[node] as number;
      });
      const count = ends.length / 2;
      const startIndices = Uint32Array.from({ length: count + 1 }, (_, i) => 2 * i);
      this.segments.set(name, { count, points, startIndices });
    }
    const ground = new Float32Array(reach.size * 3);
    let at = 0;
    for (const [node, radius] of reach) {
      ground.set([this.nodeX[node] as number, this.nodeY[node] as number, radius], at);
      at += 3;
    }
    return ground;
  }
}

/** Nodes in square cells, so that the nearest one is found by looking at a few. */
class NodeGrid {
  private readonly cell: number;
  private readonly columns: number;
  private readonly rows: number;
  private readonly cells: number[][];

  constructor(
    private readonly x: Float64Array,
    private readonly y: Float64Array,
    private readonly bounds: Bounds,
  ) {
    const width = Math.max(1, bounds.maxX - bounds.minX);
    const height = Math.max(1, bounds.maxY - bounds.minY);
    this.cell = Math.max(1, Math.sqrt((width * height) / Math.max(1, x.length / 2)));
    this.columns = Math.ceil(width / this.cell) + 1;
    this.rows = Math.ceil(height / this.cell) + 1;
    this.cells = Array.from({ length: this.columns * this.rows }, () => []);
    for (let i = 0; i < x.length; i += 1) {
      const [column, row] = this.cellOf(x[i] as number, y[i] as number);
      this.cells[row * this.columns + column]?.push(i);
    }
  }

  nearest(x: number, y: number): number | null {
    const [column, row] = this.cellOf(x, y);
    let best: number | null = null;
    let distance = Infinity;
    for (let ring = 0; ring < Math.max(this.columns, this.rows); ring += 1) {
      // A ring further out can only win while its nearest border is nearer than the best node so far.
      if (best !== null && (ring - 1) * this.cell > distance) break;
      for (let r = row - ring; r <= row + ring; r += 1) {
        for (let c = column - ring; c <= column + ring; c += 1) {
          if (Math.max(Math.abs(r - row), Math.abs(c - column)) !== ring) continue;
          if (r < 0 || c < 0 || r >= this.rows || c >= this.columns) continue;
          for (const i of this.cells[r * this.columns + c] as number[]) {
            const d = Math.hypot((this.x[i] as number) - x, (this.y[i] as number) - y);
            if (d < distance) {
              distance = d;
              best = i;
            }
          }
        }
      }
    }
    return best;
  }

  private cellOf(x: number, y: number): [number, number] {
    const column = Math.floor((x - this.bounds.minX) / this.cell);
    const row = Math.floor((y - this.bounds.minY) / this.cell);
    return [Math.min(this.columns - 1, Math.max(0, column)), Math.min(this.rows - 1, Math.max(0, row))];
  }
}
