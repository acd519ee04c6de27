// The file's golden rows: rows whose inputs and answers are known, to compare with.

import { encodeRow } from "./encode.js";

/** Compares what the methods answer for the golden rows, and returns how many rows agree; throws where one differs. */
export async function compareGolden(model) {
  const { contract } = model;
  const { golden } = contract;
  for (const method of contract.methods.filter(({ name }) => Object.hasOwn(golden.outputs, name))) {
    const encoded = golden.rows.map((row) => encodeRow(contract, method, row));
    for (const { name } of method.inputs) compareRows(`input ${name}`, golden.inputs[name], encoded, name);
    const answers = await model.tensors(method, golden.rows);
    for (const { name } of method.outputs) {
      compareRows(name, golden.outputs[method.name][name], answers, name, golden.allowed[method.name]?.[name]);
    }
  }
  return golden.rows.length;
}

function compareRows(what, wanted, found, name, allowed) {
  wanted.forEach((numbers, row) => {
    const held = found[row].get(name);
    if (held.length !== numbers.length) throw new Error(`${what} has ${held.length} numbers, not ${numbers.length}`);
    const place = numbers.findIndex((number, i) => !agrees(number, held[i], allowed?.[i] ?? 0));
    if (place >= 0) {
      const right = numbers[place] ?? NaN;
      throw new Error(`${what} is ${held[place]} for golden row ${row + 1}, and should be ${right}`);
    }
  });
}

/** Whether a number is, nearly enough, the one that JSON holds: null for NaN. */
function agrees(wanted, found, apart) {
  if (wanted === null) return Number.isNaN(found);
  return Math.fround(wanted) === found || Number(wanted) === found || Math.abs(found - wanted) <= apart;
}
