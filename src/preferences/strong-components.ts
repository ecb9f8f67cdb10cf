/** A directed graph: the nodes that node n points to are targets[starts[n]] … targets[starts[n + 1] − 1]. */
export interface Graph {
  starts: Int32Array;
  targets: Int32Array;
}

/** The graph of edges from → to among `nodes` nodes. */
export function graphOf(nodes: number, from: ArrayLike<number>, to: ArrayLike<number>): Graph {
  const starts = new Int32Array(nodes + 1);
  for (let e = 0; e < from.length; e++) starts[from[e] + 1]++;
  for (let n = 0; n < nodes; n++) starts[n + 1] += starts[n];
  const next = starts.slice();
  const targets = new Int32Array(from.length);
  for (let e = 0; e < from.length; e++) targets[next[from[e]]++] = to[e];
  return { starts, targets };
}

/**
 * The strongly connected components of two or more nodes: in each, every node is reached from every other, so they form
 * cycles. (Tarjan 1972, without recursion.)
 */
export function strongComponents({ starts, targets }: Graph): number[][] {
  const nodes = starts.length - 1;
  const index = new Int32Array(nodes); // order of discovery from 1; 0 is not discovered yet
  const low = new Int32Array(nodes); // the earliest node on the stack that is reached
  const onStack = new Uint8Array(nodes);
  const next = starts.slice(0, nodes); // the next edge of each node to follow
  const stack: number[] = [];
  const found: number[][] = [];
  let met = 0;
  for (let root = 0; root < nodes; root++) {
    if (index[root] !== 0) continue;
    const path = [root];
    while (path.length > 0) {
      const node = path[path.length - 1];
      if (index[node] === 0) {
        index[node] = low[node] = ++met;
        stack.push(node);
        onStack[node] = 1;
      }
      if (next[node] < starts[node + 1]) {
        const target = targets[next[node]++];
        if (index[target] === 0) path.push(target);
        else if (onStack[target]) low[node] = Math.min(low[node], index[target]);
        continue;
      }
      path.pop();
      if (path.length > 0) low[path[path.length - 1]] = Math.min(low[path[path.length - 1]], low[node]);
      if (low[node] !== index[node]) continue;
      const component = stack.splice(stack.lastIndexOf(node));
      for (const member of component) onStack[member] = 0;
      if (component.length > 1) found.push(component);
    }
  }
  return found;
}
