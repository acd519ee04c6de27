// The model for an app: `const model = await load({ wasm })`, then `await model.run(method, rows)`.

import * as litert from "@litertjs/core";
import contract from "./contract.js";
import { Model, print } from "./model.js";

export { InputError } from "./encode.js";
export { NoAnswerError } from "./decode.js";
export { Model };

/** Loads LiteRT.js, unless the app has loaded it, and the model, and compares its golden rows. */
export async function load({ wasm, file = new URL("./model.tflite", import.meta.url) }) {
  if (litert.getGlobalLiteRtPromise() === undefined) {
    globalThis.Module = { print, printErr: print };
    litert.loadLiteRt(wasm);
  }
  await litert.getGlobalLiteRtPromise();
  return Model.of(litert, contract, file instanceof Uint8Array ? file : await fetched(file));
}

async function fetched(file) {
  const response = await fetch(file);
  if (!response.ok) throw new Error(`${file} cannot be loaded: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
