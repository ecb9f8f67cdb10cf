import { type Colour, gridPng } from "./png";

/** The values at the two ends of the colours. */
export interface Range {
  low: number;
  high: number;
}

/** In pixels; larger matrices are drawn by the means of blocks. */
const imageSide = 256;

/** Viridis, which grows evenly in lightness and so is read without colours too. */
const colours: Colour[] = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];
const notFinite: Colour = [214, 39, 40];

function colourAt(part: number): Colour {
  const at = Math.min(1, Math.max(0, part)) * (colours.length - 1);
  const [from, to] = [colours[Math.floor(at)]!, colours[Math.ceil(at)]!];
  const mixed = from.map((c, i) => Math.round(c + (to[i]! - c) * (at % 1)));
  return mixed as unknown as Colour;
}

/** A picture of a matrix [H, W]: low values are dark, high ones bright, those that are not finite red. */
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
    return Number.isFinite(value) ? colourAt(high > low ? (value - low) / (high - low) : 0.5) : notFinite;
  });
}
