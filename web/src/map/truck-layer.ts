/** Trucks as instanced shapes, one for each state, filled from the tail, or from below, by how full they are loaded. */

import type { DefaultProps } from "@deck.gl/core";
import { ScatterplotLayer, type ScatterplotLayerProps } from "@deck.gl/layers";

interface TruckLayerProps {
  /** Heading in radians, number of the state (`STATES`), load 0..1. */
  getTruck?: (object: unknown) => [number, number, number];
}

const DECLARATIONS = /* glsl */ `
in vec3 instanceTruck;
out vec3 vTruck;
`;

const FRAGMENT_SHADER = /* glsl */ `\
#version 300 es
#define SHADER_NAME truck-layer-fragment-shader
precision highp float;
in vec4 vFillColor;
in vec4 vLineColor;
in vec2 unitPosition;
in float innerUnitRadius;
in float outerRadiusPixels;
in vec3 vTruck;
out vec4 fragColor;

// Signed distances in units of the radius: inside is negative.
float arrow(vec2 p) {
  vec2 q = vec2(p.x, abs(p.y));
  vec2 side = normalize(vec2(0.66, 1.5));
  float front = dot(q - vec2(0.92, 0.0), side);
  vec2 notch = normalize(vec2(-1.0, 0.42));
  float back = dot(q - vec2(-0.42, 0.0), notch);
  return max(front, back);
}

float disc(vec2 p, float radius) {
  return length(p) - radius;
}

float bar(vec2 p, vec2 reach) {
  vec2 q = abs(p) - reach;
  return max(q.x, q.y);
}

float drop(vec2 p) {
  // A disc, and the tangents to it from a point above.
  vec2 q = vec2(abs(p.x), p.y);
  float tip = max(dot(q - vec2(0.0, 0.86), vec2(0.866, 0.5)), 0.11 - p.y);
  return min(disc(p - vec2(0.0, -0.14), 0.5), tip);
}

float moon(vec2 p) {
  return max(disc(p, 0.7), -disc(p - vec2(0.34, 0.26), 0.56));
}

// A shape for each of STATES; the same are in ui/glyph.tsx.
float shapeOf(int state, vec2 p, vec2 ahead) {
  vec2 slanted = 0.7071 * vec2(p.x + p.y, p.x - p.y);
  if (state == 0) return arrow(ahead);
  if (state == 1) return bar(p, vec2(0.56));
  if (state == 2) return bar(slanted, vec2(0.56));
  if (state == 3) return drop(p);
  if (state == 4) return moon(p);
  if (state == 5) return disc(p, 0.62);
  return min(bar(slanted, vec2(0.8, 0.24)), bar(slanted, vec2(0.24, 0.8)));
}

void main(void) {
  geometry.uv = unitPosition;
  float c = cos(vTruck.x);
  float s = sin(vTruck.x);
  // The y axis of the map goes up, and so does that of the quad.
  vec2 p = 0.82 * vec2(c * unitPosition.x + s * unitPosition.y, -s * unitPosition.x + c * unitPosition.y);
  int state = int(vTruck.y + 0.5);
  float shape = shapeOf(state, unitPosition, p);
  float pixel = 1.0 / outerRadiusPixels;
  float outside = 1.0 - smoothstep(-pixel, pixel, shape);
  if (outside <= 0.0) discard;
  float rim = max(1.1 * pixel, 0.08);
  float inner = 1.0 - smoothstep(-pixel, pixel, shape + rim);
  float hole = 1.0 - smoothstep(-pixel, pixel, shape + rim + max(1.8 * pixel, 0.2));
  float level = mix(-0.75, 0.95, vTruck.z);
  float along = state == 0 ? p.x : unitPosition.y;
  float filled = vTruck.z > 0.99 ? 1.0 : 1.0 - smoothstep(level - pixel, level + pixel, along);
  // From outside in: a dark rim, a band in the colour of the state, and what is filled of the inside.
  vec3 body = mix(vFillColor.rgb, mix(mix(vFillColor.rgb, vLineColor.rgb, 0.85), vFillColor.rgb, filled), hole);
  fragColor = vec4(mix(0.35 * vFillColor.rgb, body, inner), outside * vFillColor.a);
  DECKGL_FILTER_COLOR(fragColor, geometry);
}
`;

const defaultProps: DefaultProps<TruckLayerProps> = {
  getTruck: { type: "accessor", value: () => [0, 0, 0] },
};

export class TruckLayer extends ScatterplotLayer<unknown, TruckLayerProps> {
  static override layerName = "TruckLayer";
  static override defaultProps = defaultProps as never;

  override getShaders() {
    return {
      ...super.getShaders(),
      fs: FRAGMENT_SHADER,
      inject: { "vs:#decl": DECLARATIONS, "vs:#main-end": "vTruck = instanceTruck;" },
    };
  }

  override initializeState(): void {
    super.initializeState();
    this.getAttributeManager()?.addInstanced({
      instanceTruck: { size: 3, accessor: "getTruck", defaultValue: [0, 0, 0] },
    });
  }
}

export type TruckLayerOptions = ScatterplotLayerProps<unknown> & TruckLayerProps;
