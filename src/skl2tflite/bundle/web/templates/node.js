// What LiteRT.js takes from a web worker, for Node: import this file before @litertjs/core is loaded.

import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** The folder of the builds of LiteRT.js, for `load`. */
export const wasm = path.join(path.dirname(require.resolve("@litertjs/core")), "..", "wasm");

Object.assign(globalThis, {
  self: globalThis,
  require,
  __dirname: wasm,
  __filename: path.join(wasm, "worker.js"),
  importScripts: (file) =>
    vm.runInThisContext(`${fs.readFileSync(String(file), "utf8")}\n;globalThis.ModuleFactory = ModuleFactory;`),
});
