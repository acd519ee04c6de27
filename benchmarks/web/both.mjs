// Times a file on LiteRT.js and one on onnxruntime-web in turn, some rows a call, one thread each, in Node:
//
//   node both.mjs NODE_MODULES
//
// reads {tflite, signature, onnx, output, calls, seconds} from the standard input: files in base64, and for each call {shape, rows}. It
// writes the answers of both, and the seconds a call of each sample.
import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const SAMPLE_SECONDS = 0.002;
const modules = path.resolve(process.argv[2]);
const { tflite, signature, onnx, output, calls: given, seconds } = JSON.parse(fs.readFileSync(0, "utf8"));
console.log = console.warn = () => {};

const imported = (name) => import(pathToFileURL(path.join(modules, name)));
const ort = await imported("onnxruntime-web/dist/ort.node.min.mjs");
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";
const session = await ort.InferenceSession.create(Buffer.from(onnx, "base64"), { executionProviders: ["wasm"] });
const [source] = session.inputNames;
const target = session.outputNames[output];

// What LiteRT.js takes from a web worker; not before the other is loaded, which looks for a worker's globals too.
const wasm = path.join(modules, "@litertjs/core/wasm");
Object.assign(globalThis, {
  self: globalThis,
  require: createRequire(import.meta.url),
  __dirname: wasm,
  __filename: path.join(wasm, "worker.js"),
  Module: { print() {}, printErr() {} },
  importScripts: (file) =>
    vm.runInThisContext(`${fs.readFileSync(String(file), "utf8")}\n;globalThis.ModuleFactory = ModuleFactory;`),
});
const litert = await imported("@litertjs/core/dist/index.js");
await litert.loadLiteRt(wasm);
const model = await litert.loadAndCompile(new Uint8Array(Buffer.from(tflite, "base64")), { accelerator: "wasm" });

async function ours({ rows, shape }) {
  const X = new litert.Tensor(rows, shape);
  const results = await model.run(signature, { X });
  const answer = results[signature].toTypedArray().slice();
  X.delete();
  results[signature].delete();
  return answer;
}

async function theirs({ rows, shape }) {
  const results = await session.run({ [source]: new ort.Tensor("float32", rows, shape) }, [target]);
  return results[target].data;
}

const inputs = given.map(({ rows, shape }) => ({ rows: Float32Array.from(rows), shape }));

function side(call) {
  let next = 0;
  const sample = async (calls) => {
    const start = performance.now();
    for (let i = 0; i < calls; i += 1) await call(inputs[(next + i) % inputs.length]);
    next += calls;
    return (performance.now() - start) / 1000 / calls;
  };
  return sample;
}

async function answers(call) {
  const all = [];
  for (const input of inputs) all.push(...(await call(input)));
  return all;
}

const result = { ours: await answers(ours), theirs: await answers(theirs), our_seconds: [], their_seconds: [] };
if (seconds > 0) {
  const [mine, other] = [side(ours), side(theirs)];
  const calls = [];
  for (const sample of [mine, other]) {
    await sample(200);
    calls.push(Math.max(1, Math.ceil(SAMPLE_SECONDS / (await sample(200)))));
  }
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end || result.our_seconds.length < 9) {
    result.their_seconds.push(await other(calls[1]));
    result.our_seconds.push(await mine(calls[0]));
  }
}
fs.writeSync(1, JSON.stringify(result));
process.exit(0);
