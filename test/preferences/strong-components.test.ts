import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../src/core/random";
import { graphOf, strongComponents } from "../../src/preferences/strong-components";

const components = (nodes: number, edges: [number, number][]) =>
  strongComponents(
    graphOf(
      nodes,
      edges.map(([from]) => from),
      edges.map(([, to]) => to),
    ),
  )
    .map(members => members.sort((a, b) => a - b).join())
    .sort();

test("circles, one hanging on another, and none", () => {
  const two: [number, number][] = [
    [0, 1],
    [1, 2],
    [2, 0],
    [2, 3],
    [3, 4],
    [4, 5],
    [5, 3],
    [5, 6],
  ];
  assert.deepEqual(components(8, two), ["0,1,2", "3,4,5"]);
  assert.deepEqual(components(8, [...two, [6, 0]]), ["0,1,2,3,4,5,6"]);
  assert.deepEqual(
    components(4, [
      [0, 1],
      [0, 2],
      [1, 3],
      [2, 3],
      [0, 3],
    ]),
    [],
  );
  assert.deepEqual(
    components(2, [
      [0, 1],
      [1, 0],
      [0, 1],
    ]),
    ["0,1"],
  );
});

test("as many as the closure of random graphs says", () => {
  const rng = seeded(0);
  for (let trial = 0; trial < 20; trial++) {
    const nodes = 12;
    const edges = Array.from({ length: 16 }, (): [number, number] => [rng.integer(nodes), rng.integer(nodes)]);
    const reaches = Array.from({ length: nodes }, () => new Set<number>());
    for (let round = 0; round < nodes; round++)
      for (const [from, to] of edges) for (const node of [to, ...reaches[to]]) reaches[from].add(node);
    const expected = new Set<string>();
    for (let a = 0; a < nodes; a++) {
      const members = [...reaches.keys()].filter(b => b === a || (reaches[a].has(b) && reaches[b].has(a)));
      if (members.length > 1) expected.add(members.join());
    }
    assert.deepEqual(components(nodes, edges), [...expected].sort());
  }
});

test("a long way does not overflow", () => {
  const edges = Array.from({ length: 200_000 }, (_, i): [number, number] => [i, i + 1]);
  assert.deepEqual(components(200_001, edges), []);
});
