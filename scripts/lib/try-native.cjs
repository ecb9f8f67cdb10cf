// Loads the native engine as the library does and computes with it; prints whether a GPU does the work.
const util = require("node:util");
process.env.TF_CPP_MIN_LOG_LEVEL ??= "3";
// tfjs-node 4.22 calls this function, which Node 22 deprecated and Node 23 removed.
util.isNullOrUndefined = value => value === null || value === undefined;
require("@tensorflow/tfjs-node-gpu/lib/napi-v8/load_tensorflow.node");
const tf = require("@tensorflow/tfjs-node-gpu");

const product = tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync();
if (product.some(value => value !== 3)) throw new Error(`2x3 by 3x2 ones gave ${product}, not 3`);
console.log(JSON.stringify({ gpu: Boolean(tf.backend().isUsingGpuDevice) }));
