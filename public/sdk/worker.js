// The compute worker: starts the module that the page names in the worker's `name`.
// Jobs that arrive before the module has started wait for it.
const waiting = [];
self.onmessage = ({ data }) => waiting.push(data);

async function start() {
  const compute = await import(self.name);
  await compute.default();
  compute.worker_main(waiting);
}

start().catch((error) => self.postMessage(`it did not start: ${error}`));
