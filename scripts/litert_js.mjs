// Runs .tflite files on LiteRT.js in Node, for litert_js.py: lines of JSON come in, and one goes out for each.
//
//   node [--experimental-wasm-relaxed-simd] litert_js.mjs NODE_MODULES BUILD
//
// BUILD is "compat", or "relaxed", which needs the option. A request is {model, signature, batch, inputs}: the file in base64,
// and for each input {dtype, shape, data}, rows on the first axis, of which each call takes `batch` (null: one call). The answer is {outputs, printed}
// or {error, printed}.
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import vm from "node:vm";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, build] = process.argv.slice(2);
const wasm = path.resolve(modules, "@litertjs/core/wasm");
const name = { compat: "litert_wasm_compat_internal", relaxed: "litert_wasm_internal" }[build];
let printed = [];

// What LiteRT.js takes from a web worker.
globalThis.self = globalThis;
globalThis.require = createRequire(import.meta.url);
globalThis.__filename = import.meta.filename;
globalThis.__dirname = import.meta.dirname;
globalThis.importScripts = (file) =>
  vm.runInThisContext(`${fs.readFileSync(String(file), "utf8")}\n;globalThis.ModuleFactory = ModuleFactory;`);
globalThis.Module = {
  wasmBinary: fs.readFileSync(path.join(wasm, `${name}.wasm`)),
  print: (line) => printed.push(line),
  printErr: (line) => printed.push(line),
};
console.warn = console.log = (...words) => printed.push(words.join(" "));

const { loadLiteRt, loadAndCompile, Tensor } = await import(pathToFileURL(path.resolve(modules, "@litertjs/core/dist/index.js")));
await loadLiteRt(path.join(wasm, `${name}.js`));

const ARRAYS = { float32: Float32Array, int32: Int32Array };

function decode({ dtype, shape, data }) {
  const bytes = Buffer.from(data, "base64");
  const copy = new Uint8Array(bytes); // aligned
  if (!(dtype in ARRAYS)) throw new Error(`no input of ${dtype}`);
  return { array: new ARRAYS[dtype](copy.buffer), shape };
}

async function answer({ model, signature, batch, inputs }) {
  const compiled = await loadAndCompile(new Uint8Array(Buffer.from(model, "base64")), { accelerator: "wasm" });
  try {
    const given = Object.entries(inputs).map(([key, value]) => [key, decode(value)]);
    const rows = batch === null ? 1 : given[0][1].shape[0];
    const parts = {};
    for (let start = 0; start < rows; start += batch ?? 1) {
      const tensors = Object.fromEntries(
        given.map(([key, { array, shape }]) => {
          if (batch === null) return [key, new Tensor(array, shape)];
          const size = shape.slice(1).reduce((a, b) => a * b, 1);
          return [key, new Tensor(array.slice(start * size, (start + batch) * size), [batch, ...shape.slice(1)])];
        }),
      );
      const results = signature ? await compiled.run(signature, tensors) : await compiled.run(Object.values(tensors));
      for (const [key, result] of Object.entries(results)) {
        const array = result.toTypedArray();
        parts[key] ??= { dtype: array.constructor.name, shape: [...result.type.layout.dimensions], calls: null, chunks: [] };
        parts[key].chunks.push(Buffer.from(array.slice().buffer));
        if (batch !== null) parts[key].calls = parts[key].chunks.length;
        result.delete();
      }
      for (const tensor of Object.values(tensors)) tensor.delete();
    }
    return {
      outputs: Object.fromEntries(
        Object.entries(parts).map(([key, { chunks, ...rest }]) => [key, { ...rest, data: Buffer.concat(chunks).toString("base64") }]),
      ),
    };
  } finally {
    compiled.delete();
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  printed = [];
  let result;
  try {
    result = await answer(JSON.parse(line));
  } catch (error) {
    // An aborted module cannot be used again.
    result = { error: String(error?.message ?? error), dead: error instanceof WebAssembly.RuntimeError };
  }
  fs.writeSync(1, `${JSON.stringify({ ...result, printed })}\n`);
  if (result.dead) process.exit(1);
}
process.exit(0);
