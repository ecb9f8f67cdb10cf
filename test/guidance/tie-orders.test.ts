import assert from "node:assert/strict";
import { test } from "node:test";
import { tieOrders } from "../../src/guidance/tie-orders";

test("equal ranks stand in every order, others in their own", () => {
  assert.deepEqual(tieOrders([2, 1, 3]), [[1, 0, 2]]);
  assert.deepEqual(tieOrders([2, 1, 2]), [
    [1, 0, 2],
    [1, 2, 0],
  ]);
  assert.equal(new Set(tieOrders([1, 1, 1, 2, 2]).map(String)).size, 12);
});

test("too many orders are refused", () => {
  assert.equal(tieOrders([1, 1, 1, 1, 1, 1]).length, 720);
  assert.throws(() => tieOrders([1, 1, 1, 1, 1, 1, 1]), /tieOrders: ranks 1,1,1,1,1,1,1 allow 5040 orders/);
});
