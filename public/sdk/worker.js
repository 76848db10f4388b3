// The compute worker: the page's own wasm module once more, with `worker_main` as its entry.
// The page names the JavaScript module in the worker's `name` and sends the compiled wasm as the first message; jobs that
// arrive before the module has started wait for it.
const waiting = [];
const compiled = new Promise((resolve) => {
  self.onmessage = ({ data }) =>
    data instanceof WebAssembly.Module ? resolve(data) : waiting.push(data);
});

async function start() {
  const peer = await import(self.name);
  await peer.default({ module_or_path: await compiled });
  peer.worker_main(waiting);
}

start().catch((error) => self.postMessage(`it did not start: ${error}`));
