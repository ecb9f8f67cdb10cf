/**
 * Krippendorff's α of categories: 1 − observed / expected disagreement. 1 is agreement, 0 what chance gives, below 0 is
 * worse than chance. Units with a single judgement do not count. NaN where only one category occurs, or nothing was
 * judged twice. (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability.)
 *
 * @param counts for each unit, how many judges gave each category
 */
export function krippendorffAlpha(counts: Iterable<ArrayLike<number>>): number {
  const totals: number[] = [];
  let observed = 0;
  for (const unit of counts) {
    let judges = 0;
    let alike = 0; // ordered pairs of judges that agree
    for (let c = 0; c < unit.length; c++) {
      judges += unit[c];
      alike += unit[c] * (unit[c] - 1);
    }
    if (judges < 2) continue;
    for (let c = 0; c < unit.length; c++) totals[c] = (totals[c] ?? 0) + unit[c];
    observed += judges - alike / (judges - 1);
  }
  const all = totals.reduce((sum, n) => sum + n, 0);
  const expected = all - totals.reduce((sum, n) => sum + (n * (n - 1)) / (all - 1), 0);
  return expected > 0 ? 1 - observed / expected : Number.NaN;
}
