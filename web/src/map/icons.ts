/** The icons of facilities, drawn once onto a canvas: nothing is loaded. */

import type { BuildingType } from "../protocol/messages";
import type { Palette } from "./palette";
import { hex } from "./palette";

const CELL = 96;
const ORDER: readonly BuildingType[] = ["site", "parking", "gas_station"];

export const ICON_MAPPING = Object.fromEntries(
  ORDER.map((type, i) => [
    type,
    { x: i * CELL, y: 0, width: CELL, height: CELL, anchorX: CELL / 2, anchorY: CELL / 2 },
  ]),
);

export function drawIcons(palette: Palette): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = CELL * ORDER.length;
  canvas.height = CELL;
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("this browser draws no canvas");
  ORDER.forEach((type, i) => {
    pen.save();
    pen.translate(i * CELL, 0);
    plate(pen, hex(palette.building[type]), hex(palette.paper));
    GLYPHS[type](pen);
    pen.restore();
  });
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function plate(pen: CanvasRenderingContext2D, fill: string, rim: string): void {
  pen.beginPath();
  pen.roundRect(10, 10, 76, 76, 20);
  pen.fillStyle = fill;
  pen.strokeStyle = rim;
  pen.lineWidth = 7;
  pen.stroke();
  pen.fill();
  pen.fillStyle = rim;
  pen.strokeStyle = rim;
  pen.lineWidth = 6;
  pen.lineJoin = "round";
  pen.lineCap = "round";
}

const GLYPHS: Record<BuildingType, (pen: CanvasRenderingContext2D) => void> = {
  site(pen) {
    // A hall with a saw-tooth roof and a gate.
    pen.beginPath();
    pen.moveTo(24, 70);
    pen.lineTo(24, 42);
    pen.lineTo(40, 31);
    pen.lineTo(40, 42);
    pen.lineTo(56, 31);
    pen.lineTo(56, 42);
    pen.lineTo(72, 31);
    pen.lineTo(72, 70);
    pen.closePath();
    pen.fill();
    pen.globalCompositeOperation = "destination-out";
    pen.fillRect(40, 53, 16, 18);
  },
  parking(pen) {
    pen.lineWidth = 10;
    pen.beginPath();
    pen.moveTo(37, 70);
    pen.lineTo(37, 28);
    pen.lineTo(50, 28);
    pen.arc(50, 40.5, 12.5, -Math.PI / 2, Math.PI / 2);
    pen.lineTo(38, 53);
    pen.stroke();
  },
  gas_station(pen) {
    pen.beginPath();
    pen.roundRect(27, 26, 29, 45, 5);
    pen.fill();
    pen.beginPath();
    pen.moveTo(58, 47);
    pen.lineTo(65, 47);
    pen.lineTo(65, 62);
    pen.arc(70, 62, 5, Math.PI, 0, true);
    pen.lineTo(75, 40);
    pen.lineTo(67, 31);
    pen.stroke();
    pen.globalCompositeOperation = "destination-out";
    pen.fillRect(33, 33, 17, 11);
  },
};
