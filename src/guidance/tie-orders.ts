import { fail } from "../core/errors";

const most = 720;

/**
 * All orders of the columns, best first, that ranks allow: 1 is the best, and equal ranks may be in any order.
 * In the first order, equal columns are from left to right. Errors: more than 720 orders.
 */
export function tieOrders(ranks: readonly number[]): number[][] {
  const groups = [...new Set(ranks)]
    .sort((a, b) => a - b)
    .map(rank => [...ranks.keys()].filter(column => ranks[column] === rank));
  const count = groups.reduce((product, { length }) => product * factorial(length), 1);
  if (count > most)
    fail("tieOrders", `ranks ${ranks} allow ${count} orders`, "Draw the order of equal ranks at random instead.");
  return groups.reduce<number[][]>(
    (orders, group) => orders.flatMap(order => permutations(group).map(next => [...order, ...next])),
    [[]],
  );
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

const permutations = (items: readonly number[]): number[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, i) => permutations(items.filter((_, j) => j !== i)).map(rest => [item, ...rest]));
