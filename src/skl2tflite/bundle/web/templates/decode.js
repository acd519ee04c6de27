// What the model's output tensors hold becomes an answer, as the contract says (contract.json).

/** Says that a row has no answer: scikit-learn raises an error for it, too. */
export class NoAnswerError extends Error {
  constructor(reason) {
    super(reason);
    this.name = "NoAnswerError";
  }
}

/** Returns the answer of a method for one row, given what its outputs hold: typed arrays by name. */
export function decodeRow(method, tensors, row = 0) {
  const parts = method.outputs.map((output) => part(output, tensors.get(output.name), row));
  if (method.no_answer && parts[0].every((value) => isMark(value, method.no_answer.mark))) {
    throw new NoAnswerError(method.no_answer.reason);
  }
  const answers = method.outputs.map((output, i) => decodeOutput(output, parts[i]));
  return method.returns === "array" ? answers[0] : answers;
}

/** Returns how many numbers an output holds of one row. */
export function rowSize(output) {
  return output.shape.slice(1).reduce((product, length) => product * length, 1);
}

function part(output, array, row) {
  const size = rowSize(output);
  return array.slice(row * size, (row + 1) * size);
}

function isMark(value, mark) {
  return mark === null ? Number.isNaN(value) : value === Number(mark);
}

function decodeOutput(output, values) {
  const shape = output.shape.slice(1);
  if (output.axis_labels && shape.length === 1) {
    return output.axis_labels.map((label, i) => ({ label, value: values[i] }));
  }
  return nested(Array.from(values, (value, i) => decodeNumber(output, value, i)), shape);
}

function decodeNumber(output, value, column) {
  if (output.meaning === "label positions") {
    const labels = output.value_labels[output.value_labels.length === 1 ? 0 : column];
    if (!(value >= 0 && value < labels.length)) throw new Error(`the model answers ${value}, which is no label`);
    return labels[value];
  }
  return output.returned_as === "bool" ? value !== 0 : value;
}

function nested(values, shape) {
  if (shape.length === 0) return values[0];
  if (shape.length === 1) return values;
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  return Array.from({ length: shape[0] }, (_, i) => nested(values.slice(i * size, (i + 1) * size), shape.slice(1)));
}
