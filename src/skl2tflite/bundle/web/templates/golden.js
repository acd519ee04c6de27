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
      const found = answers.flatMap((tensors) => Array.from(tensors.get(output.name)));
      compareOutput(method, output, golden, wanted, found);
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

/** What the values of an output are judged by: the greatest in the column, or what is little in all columns. */
const LEAST_SCALE = 1e-6;
const LEAST_FRACTION = 1e-3;
const JUDGED_BY_ONE = ["predict_proba", "predict_log_proba"];

function compareOutput(method, output, golden, wanted, found) {
  const columns = wanted.length / golden.rows.length;
  if (found.length !== wanted.length) throw new Error(`${output.name} has ${found.length} values, not ${wanted.length}`);
  const magnitudes = wanted.map((value) => (Number.isFinite(value) ? Math.abs(value) : 0));
  const greatest = magnitudes.reduce((one, other) => Math.max(one, other), 0);
  const least = Math.max(LEAST_SCALE, LEAST_FRACTION * greatest, JUDGED_BY_ONE.includes(method.name) ? 1 : 0);
  const scales = Array(columns).fill(least);
  magnitudes.forEach((magnitude, i) => (scales[i % columns] = Math.max(scales[i % columns], magnitude)));
  wanted.forEach((value, i) => {
    const apart = output.dtype === "float32" ? golden.tolerance * scales[i % columns] : 0;
    if (!same(value, found[i]) && !(Math.abs(found[i] - value) <= apart)) {
      const row = Math.floor(i / columns) + 1;
      throw new Error(`${output.name} is ${found[i]} for golden row ${row}, and should be ${value ?? NaN}`);
    }
  });
}

/** Whether a number is the one that JSON holds: null for one that is not finite. */
function same(wanted, found) {
  return wanted === null ? !Number.isFinite(found) : Number(wanted) === found || Math.fround(wanted) === found;
}
