// A model that takes rows and gives answers, on LiteRT.js.

import { decodeRow } from "./decode.js";
import { encodeRow } from "./encode.js";
import { compareGolden } from "./golden.js";

/** What LiteRT.js prints: it prints errors of kernels, and goes on. */
export const printed = [];

export function print(line) {
  if (String(line).startsWith("ERROR")) printed.push(String(line));
}

export class Model {
  #compiled;
  #Tensor;
  #last = Promise.resolve();

  /** Compiles a file; `litert` holds `loadAndCompile` and `Tensor` of @litertjs/core, which is loaded. */
  static async of(litert, contract, bytes) {
    await checkDigest(contract, bytes);
    const model = new Model();
    model.contract = contract;
    model.#Tensor = litert.Tensor;
    model.#compiled = await litert.loadAndCompile(bytes, { accelerator: "wasm" });
    contract.methods.forEach((method) => checkNames(method, model.#compiled.signatures[method.name]));
    model.golden = await compareGolden(model);
    return model;
  }

  /** Returns the answers of a method for rows, in order. */
  async run(name, rows) {
    const method = this.contract.methods.find((each) => each.name === name);
    if (!method) throw new Error(`the file has no method ${name}`);
    if (!Array.isArray(rows)) throw new TypeError(`${name} takes an array of rows`);
    return (await this.tensors(method, rows)).map((tensors) => decodeRow(method, tensors));
  }

  /** Returns what the outputs hold of each row: typed arrays by name. Calls wait for those before them. */
  tensors(method, rows) {
    const encoded = rows.map((row) => encodeRow(this.contract, method, row));
    const answers = this.#last.then(() => this.#answered(method, encoded));
    this.#last = answers.catch(() => {});
    return answers;
  }

  /** Frees the memory of the model. */
  delete() {
    this.#compiled.delete();
  }

  async #answered(method, encoded) {
    const size = this.contract.batch;
    const answers = [];
    for (let start = 0; start < encoded.length; start += size) {
      const rows = encoded.slice(start, start + size);
      const held = await this.#call(method, rows.concat(Array(size - rows.length).fill(rows[0])));
      answers.push(...rows.map((_, i) => new Map([...held].map(([name, array]) => [name, split(array, i, size)]))));
    }
    return answers;
  }

  /** Runs as many rows as the file takes in a call. */
  async #call(method, rows) {
    const inputs = [];
    let results = [];
    printed.length = 0;
    try {
      for (const { name, dtype, shape } of method.inputs) {
        const joined = rows.flatMap((row) => Array.from(row.get(name)));
        const array = dtype === "int32" ? Int32Array.from(joined) : Float32Array.from(joined);
        inputs.push(new this.#Tensor(array, shape));
      }
      results = await this.#compiled.run(method.name, inputs);
      if (printed.length) throw new Error(`LiteRT.js: ${printed[0]}`);
      return new Map(method.outputs.map(({ name, index }) => [name, results[index].toTypedArray().slice()]));
    } finally {
      for (const tensor of [...inputs, ...results]) tensor.delete();
    }
  }
}

/**
 * Compares the names of tensors, which are given and taken by position: LiteRT.js drops a byte order mark at the start of a
 * name, and two names may be the same without it.
 */
function checkNames(method, signature) {
  const same = (tensors, details) =>
    tensors.length === details.length &&
    tensors.every(({ name, index }) => details[index]?.name === name.replace(/^\ufeff/, ""));
  if (!signature || !same(method.inputs, signature.getInputDetails()) || !same(method.outputs, signature.getOutputDetails())) {
    throw new Error(`the file's ${method.name} has other inputs or outputs than the contract says`);
  }
}

function split(array, row, rows) {
  const size = array.length / rows;
  return array.slice(row * size, (row + 1) * size);
}

/** Compares the file's SHA-256, where the page may compute it: not on pages that come over plain HTTP. */
async function checkDigest(contract, bytes) {
  if (!globalThis.crypto?.subtle) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== contract.sha256) throw new Error("the model file is damaged: its SHA-256 is not that of the contract");
}
