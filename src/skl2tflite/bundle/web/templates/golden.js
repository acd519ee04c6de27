// The file's golden rows: rows whose inputs and answers are known, to compare with.

import { encodeRow } from "./encode.js";

/** Compares all methods on the golden rows, and returns how many rows agree; throws where one differs. */
export async function compareGolden(model) {
  const { contract } = model;
  const { golden } = contract;
  for (const method of contract.methods.filter(({ name }) => Object.hasOwn(golden.outputs, name))) {
    compareInputs(contract, method, golden);
    const answers = await model.tensors(method, golden.rows);
    for (const output of method.outputs) {
      const wanted = golden.outputs[method.name][output.name].flat(Infinity);
      compareOutput(output, wanted, answers.flatMap((tensors) => Array.from(tensors.get(output.name))), golden);
    }
  }
  return golden.rows.length;
}

function compareInputs(contract, method, golden) {
  const encoded = golden.rows.map((row) => encodeRow(contract, method, row));
  for (const { name } of method.inputs.filter((input) => Object.hasOwn(golden.inputs, input.name))) {
    const wanted = golden.inputs[name].flat(Infinity);
    const found = encoded.flatMap((tensors) => Array.from(tensors.get(name)));
    const differs = wanted.length !== found.length || wanted.some((value, i) => !same(value, found[i]));
    if (differs) throw new Error(`the input ${name} of a golden row differs`);
  }
}

function compareOutput(output, wanted, found, golden) {
  const count = golden.rows.length;
  const columns = wanted.length / count;
  if (found.length !== wanted.length) throw new Error(`${output.name} has ${found.length} values, not ${wanted.length}`);
  for (let column = 0; column < columns; column += 1) {
    const places = Array.from({ length: count }, (_, row) => row * columns + column);
    const greatest = Math.max(...places.map((i) => Math.abs(wanted[i] ?? 0)).filter(Number.isFinite), 1e-30);
    const apart = output.dtype === "float32" ? golden.tolerance * greatest : 0;
    for (const i of places) {
      if (!same(wanted[i], found[i]) && !(Math.abs(found[i] - wanted[i]) <= apart)) {
        const row = Math.floor(i / columns) + 1;
        throw new Error(`${output.name} is ${found[i]} for golden row ${row}, and should be ${wanted[i] ?? NaN}`);
      }
    }
  }
}

function same(wanted, found) {
  return wanted === null ? Number.isNaN(found) : wanted === found || Math.fround(wanted) === found;
}
