/**
 * Counts the tests of a `node:test` run: { passed, failed, skipped }. Suites are not tests, nor is a file without
 * tests; a file that fails to load or does not end counts as one failed test. A test that fails only through its
 * subtests is not counted in addition to them.
 */
export function countTests(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  events.on("test:pass", ({ name, file, skip, todo, details }) => {
    if (skip !== undefined || todo !== undefined) counts.skipped++;
    else if (details.type !== "suite" && name !== file) counts.passed++;
  });
  events.on("test:fail", ({ todo, details }) => {
    if (todo !== undefined) counts.skipped++;
    else if (details.error?.failureType !== "subtestsFailed") counts.failed++;
  });
  return counts;
}
