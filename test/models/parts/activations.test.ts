import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../../src/backend/select";
import { activation } from "../../../src/models/parts/activations";
import { close, leavesNothing } from "../../close";

before(() => selectBackend());

test("values and slopes are PyTorch's", () => {
  const x = tf.tensor1d([-3, -0.5, 0, 0.5, 2]);
  // torch.nn.functional in float64: relu, silu, gelu, gelu(approximate="tanh"), tanh, and their derivatives
  const table = {
    relu: [0, 0, 0, 0.5, 2, 0, 0, 0, 1, 1],
    silu: [-0.1422776, -0.1887703, 0, 0.3112297, 1.7615942, -0.0881041, 0.2600388, 0.5, 0.7399612, 1.0907842],
    gelu: [-0.0040497, -0.1542688, 0, 0.3457312, 1.9544997, -0.0119456, 0.1325049, 0.5, 0.8674951, 1.0852318],
    gelu_new: [-0.0036374, -0.154286, 0, 0.345714, 1.9545977, -0.0115842, 0.1326301, 0.5, 0.8673699, 1.0860993],
    tanh: [-0.9950548, -0.4621172, 0, 0.4621172, 0.9640276, 0.009866, 0.7864477, 1, 0.7864477, 0.0706508],
  } as const;
  for (const name of Object.keys(table) as (keyof typeof table)[]) {
    const slope = tf.grad(y => tf.sum(activation(name, y)))(x);
    close(tf.concat([activation(name, x), slope]), table[name], 1e-6);
    leavesNothing(() => activation(name, x));
  }
});
