import { type Color, gridPng } from "./png";

/** The values at the two ends of the color scale. */
export interface Range {
  low: number;
  high: number;
}

/** Most pixels of one side. Larger matrices are drawn as means of blocks. */
const imageSide = 256;

/** Viridis: its lightness grows evenly, so it can be read without color, too. */
const colors: Color[] = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];
const notFinite: Color = [214, 39, 40];

function colorAt(part: number): Color {
  const at = Math.min(1, Math.max(0, part)) * (colors.length - 1);
  const [from, to] = [colors[Math.floor(at)]!, colors[Math.ceil(at)]!];
  const mixed = from.map((c, i) => Math.round(c + (to[i]! - c) * (at % 1)));
  return mixed as unknown as Color;
}

/** A picture of a matrix [H, W], row by row: low values are dark, high ones bright, NaN and infinities red. */
export function matrixPng(values: ArrayLike<number>, [H, W]: readonly number[], { low, high }: Range): Buffer {
  const block = Math.ceil(Math.max(H!, W!) / imageSide);
  const [rows, columns] = [Math.ceil(H! / block), Math.ceil(W! / block)];
  const scale = Math.max(1, Math.floor(imageSide / Math.max(rows, columns)));
  const meanOf = (row: number, column: number): number => {
    let [sum, count] = [0, 0];
    for (let y = row * block; y < Math.min(H!, (row + 1) * block); y++)
      for (let x = column * block; x < Math.min(W!, (column + 1) * block); x++, count++) sum += values[y * W! + x]!;
    return sum / count;
  };
  return gridPng(rows, columns, scale, (row, column) => {
    const value = meanOf(row, column);
    return Number.isFinite(value) ? colorAt(high > low ? (value - low) / (high - low) : 0.5) : notFinite;
  });
}
