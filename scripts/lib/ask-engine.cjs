// Prints what the built library selects as its engine, why it passed others over, and the device, as one line of JSON.
const { selectBackend, deviceReport } = require("../../dist/src/index.js");

selectBackend().then(({ engine, passedOver }) =>
  console.log(JSON.stringify({ engine, passedOver, ...deviceReport() })),
);
