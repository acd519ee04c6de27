// Rows pasted as CSV, or from a spreadsheet, become rows of the model.

import { InputError } from "./encode.js";

const NOT_THERE = new Set(["", "nan", "na", "n/a", "null"]);
const TRUTH = new Map([["true", true], ["false", false], ["1", true], ["0", false], ["yes", true], ["no", false]]);

/** Returns the cells of each line; the separator is a tab, a semicolon or a comma, whichever the first line has. */
export function parseCsv(text) {
  const first = text.trimStart().split(/\r?\n/, 1)[0].replace(/"[^"]*"/g, "");
  const separator = ["\t", ";", ","].find((each) => first.includes(each)) ?? ",";
  const lines = [];
  let cells = [];
  let cell = "";
  let quoted = false;
  const endCell = () => { cells.push(cell); cell = ""; };
  const endLine = () => { endCell(); lines.push(cells); cells = []; };
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i];
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[i + 1] === '"') { cell += '"'; i += 1; }
      else quoted = false;
    } else if (character === '"' && cell === "") quoted = true;
    else if (character === separator) endCell();
    else if (character === "\n") endLine();
    else if (character !== "\r") cell += character;
  }
  if (quoted) throw new InputError("a quotation mark is opened and not closed");
  if (cell !== "" || cells.length) endLine();
  return lines.filter((line) => line.length > 1 || line[0].trim() !== ""); // without blank lines
}

/** Returns rows of cells in the order of the features; the first line may name the columns, in any order. */
export function arrange(lines, features) {
  if (!lines.length) throw new InputError("there are no rows");
  const names = lines[0].map((name) => name.trim());
  const places = features.map(({ name }) => names.indexOf(name.trim()));
  const needed = features.filter(({ absent }) => absent !== "not read");
  if (features.some((feature, i) => places[i] >= 0 && needed.includes(feature))) {
    const lacking = features.filter((feature, i) => places[i] < 0 && needed.includes(feature));
    if (lacking.length) throw new InputError(`there is no column ${lacking.map(({ name }) => name).join(", ")}`);
    return lines.slice(1).map((line) => places.map((place) => (place < 0 ? "" : line[place] ?? "")));
  }
  const odd = lines.findIndex((line) => line.length !== features.length);
  if (odd >= 0) {
    throw new InputError(
      `the first line names no feature, and line ${odd + 1} has ${lines[odd].length} cells where there are ` +
        `${features.length} features`,
    );
  }
  return lines;
}

/** Returns the value that a cell, or a field of a form, holds of a feature; null where there is none. */
export function readCell(feature, text) {
  const trimmed = text.trim();
  if (feature.kind === "text") return text;
  if (feature.kind === "category") {
    if (feature.categories.includes(text)) return text;
    return trimmed === "" ? null : feature.categories.includes(trimmed) ? trimmed : text;
  }
  if (feature.missing_text !== null && trimmed === feature.missing_text) return null;
  if (NOT_THERE.has(trimmed.toLowerCase())) return null;
  if (feature.kind === "boolean") {
    const truth = TRUTH.get(trimmed.toLowerCase());
    if (truth === undefined) throw new InputError(`${trimmed} is neither true nor false`, feature.name);
    return truth;
  }
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed)) {
    throw new InputError(
      /^[-+]?\d+,\d+$/.test(trimmed) ? `write ${trimmed.replace(",", ".")}, with a point` : `${trimmed} is not a number`,
      feature.name,
    );
  }
  return Number(trimmed);
}

/** Returns lines of cells as CSV; a spreadsheet computes nothing of it. */
export function writeCsv(lines) {
  const cell = (value) => {
    const text = typeof value === "string" && /^\s*[=+\-@＝＋－＠]/.test(value) ? `'${value}` : String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}
