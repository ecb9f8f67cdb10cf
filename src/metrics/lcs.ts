// Longest common subsequences, the matches of ROUGE-L.

/** The length of the longest common subsequence of two lists of numbers. */
export function lcsLength(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const row = new Int32Array(b.length + 1);
  for (let i = 0; i < a.length; i++) {
    let diagonal = 0;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j];
      row[j] = a[i] === b[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1]);
      diagonal = above;
    }
  }
  return row[b.length];
}

/** Marks the items of `a` in one longest common subsequence with `b`: the one that rouge-score reads out. */
export function markLcs(a: ArrayLike<number>, b: ArrayLike<number>, marks: Uint8Array): void {
  const width = b.length + 1;
  const table = new Int32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    const at = i * width;
    for (let j = 1; j <= b.length; j++)
      table[at + j] =
        a[i - 1] === b[j - 1] ? table[at - width + j - 1] + 1 : Math.max(table[at - width + j], table[at + j - 1]);
  }
  for (let [i, j] = [a.length, b.length]; i > 0 && j > 0; ) {
    if (a[i - 1] === b[j - 1]) {
      marks[--i] = 1;
      j--;
    } else if (table[i * width + j - 1] > table[(i - 1) * width + j]) j--;
    else i--;
  }
}
