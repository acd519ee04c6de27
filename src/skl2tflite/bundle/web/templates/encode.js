// Rows become what the model's input tensors hold, as the contract says (contract.json).

/** A row that the model does not take; the message says why, and `feature` is the name of the feature. */
export class InputError extends Error {
  constructor(message, feature) {
    super(feature === undefined ? message : `${feature}: ${message}`);
    this.name = "InputError";
    this.reason = message;
    this.feature = feature;
  }
}

export const UNKNOWN_CODE = -1; // of a text that is not among the categories
export const MISSING_CODE = -2;
const GREATEST_FLOAT32 = Math.fround(3.4028234663852886e38);
const ARRAYS = { float32: Float32Array, int32: Int32Array };

/** Returns the features that a method takes. */
export function featuresOf(contract, method) {
  return method.features ?? contract.features;
}

/** Returns the values of a row, an object or an array, in the order of the features. */
export function valuesOf(row, features) {
  if (row === null || typeof row !== "object") {
    if (features.length === 1) return [row];
    throw new InputError(`a row is an object with ${features.length} features by name, not ${shown(row)}`);
  }
  if (Array.isArray(row)) {
    if (row.length !== features.length) {
      throw new InputError(`the row has ${row.length} values, and the model takes ${features.length}`);
    }
    return row;
  }
  const unknown = Object.keys(row).find((name) => !features.some((feature) => feature.name === name));
  if (unknown !== undefined) throw new InputError(`the model has no feature ${shown(unknown)}`);
  return features.map(({ name }) => (Object.hasOwn(row, name) ? row[name] : undefined));
}

/** Returns what each input tensor of a method holds of one row: typed arrays by the tensors' names. */
export function encodeRow(contract, method, row) {
  const features = featuresOf(contract, method);
  const values = valuesOf(row, features);
  return new Map(
    method.inputs.map((input) => {
      const entries = input.features.flatMap((place) => encodeValue(features[place], input, values[place]));
      return [input.name, ARRAYS[input.dtype].from(entries)];
    }),
  );
}

/** Returns the numbers that a tensor holds of one feature's value; null and undefined are values that are not there. */
export function encodeValue(feature, input, value) {
  if (feature.absent === "not read") return [Number.isFinite(Math.fround(value)) ? Math.fround(value) : 0];
  const given = value === undefined || (typeof value === "number" && Number.isNaN(value)) ? null : value;
  if (input.encoding === "characters") return encodeText(feature, input, given);
  if (given === null) return [encodeAbsent(feature, input)];
  if (input.encoding === "code") return [encodeCategory(feature, given)];
  return [encodeNumber(feature, input, given)];
}

function encodeAbsent(feature, input) {
  if (feature.absent === "refused") throw new InputError("a value is needed", feature.name);
  if (feature.absent === "unknown") return UNKNOWN_CODE;
  if (feature.absent === "zero") return 0;
  if (feature.only && !feature.only.includes(null)) throw notAmong(feature, null);
  return input.encoding === "code" ? MISSING_CODE : NaN;
}

function encodeNumber(feature, input, value) {
  if (feature.missing_text !== null && value === feature.missing_text) return encodeAbsent(feature, input);
  if (typeof value !== "number" && typeof value !== "boolean") {
    throw new InputError(`${shown(value)} is not a number`, feature.name);
  }
  const number = Number(value);
  if (input.encoding === "boolean") {
    if (number !== 0 && number !== 1) throw new InputError(`${shown(value)} is neither true nor false`, feature.name);
    return number;
  }
  if (input.encoding === "integer" && (!Number.isInteger(number) || Math.abs(number + 0.5) > 2 ** 31)) {
    throw new InputError(`${shown(value)} is not a whole number of 32 bits`, feature.name);
  }
  const rounded = input.dtype === "int32" ? number : Math.fround(number);
  if (Math.abs(rounded) > GREATEST_FLOAT32) throw new InputError(`${shown(value)} is too large`, feature.name);
  if (feature.only && !feature.only.includes(rounded)) throw notAmong(feature, value);
  return rounded;
}

const codes = new WeakMap(); // of features: Maps of the categories' codes

function encodeCategory(feature, value) {
  const text = feature.whole_numbers && Number.isInteger(value) ? String(value) : value;
  if (feature.whole_numbers && typeof text !== "string") {
    throw new InputError(`${shown(value)} is neither a text nor a whole number`, feature.name);
  }
  if (feature.only && !feature.only.includes(text)) throw notAmong(feature, value);
  if (!codes.has(feature)) codes.set(feature, new Map(feature.categories.map((category, code) => [category, code])));
  return codes.get(feature).get(text) ?? UNKNOWN_CODE;
}

function encodeText(feature, input, value) {
  if (typeof value !== "string") throw new InputError(`${shown(value)} is not a text`, feature.name);
  const points = Array.from(value, (character) => character.codePointAt(0));
  if (points.length > input.length) {
    throw new InputError(`the text has ${points.length} characters, and the model takes ${input.length}`, feature.name);
  }
  return Array.from({ length: input.length }, (_, i) => points[i] ?? input.padding);
}

function notAmong(feature, value) {
  return new InputError(`${value === null ? "a missing value" : shown(value)} is unknown to the model`, feature.name);
}

function shown(value) {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
