// Prints one line of JSON: the engine that the built library selects, why it rejected others, and the device.
const { selectBackend, deviceReport } = require("../../dist/src/index.js");

selectBackend().then(({ engine, passedOver }) =>
  console.log(JSON.stringify({ engine, passedOver, ...deviceReport() })),
);
