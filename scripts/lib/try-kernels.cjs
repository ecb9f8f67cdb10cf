// Loads the native engine with the library's own kernels and runs one of them.
require("./try-native.cjs");
const tf = require("@tensorflow/tfjs-node-gpu");
require("@tensorflow/tfjs-node-gpu/lib/napi-v8/tokenwise_kernels.node");

const { binding } = tf.backend();
const attributes = [
  { name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
  { name: "inputs_first", type: binding.TF_ATTR_BOOL, value: false },
];
const product = tf.backend().executeSingleOutput("TokenwiseDense", attributes, [tf.ones([2, 40]), tf.ones([3, 40])]);
if (product.dataSync().some(value => value !== 40))
  throw new Error(`2x40 by 40x3 ones gave ${product.dataSync()}, not 40`);
