// Answers as the page shows them.

import { element, shownNumber, shownText } from "./fields.js";

const MOST_BARS = 12;
const MOST_WORDS = 8; // numbers or labels in a headline
const TITLES = {
  predict: "Answer", predict_proba: "Probabilities", predict_log_proba: "Logarithms of probabilities",
  decision_function: "Scores", score_samples: "Scores", transform: "Transformed", predict_std: "Mean and standard deviation",
};

/** Returns what an answer says in a word, from the answers of the methods by name. */
export function headline(methods, answers) {
  const predict = methods.find(({ name }) => name === "predict") ?? methods[0];
  const answer = answers.get(predict.name);
  if (predict.returns === "array") return inWords(predict.outputs[0], answer);
  return answer.map((part, i) => inWords(predict.outputs[i], part)).join(", ");
}

/** Whether the headline holds all of an answer. */
export function saidByHeadline(method, answers) {
  return method.name === "predict" && [answers.get("predict")].flat(Infinity).length <= MOST_WORDS;
}

function inWords(output, answer) {
  if (output.label_rule === "greatest") {
    return String(answer.reduce((best, each) => (each.value > best.value ? each : best)).label);
  }
  if (output.label_rule === "positive") return String(output.axis_labels[answer > 0 ? 1 : 0]);
  return [answer].flat(Infinity).slice(0, MOST_WORDS).map(shownValue).join(", ");
}

/** Returns a number or a label as text. */
export function shownValue(value) {
  return typeof value === "number" ? shownNumber(value) : String(value);
}

/** Returns a method's answer as a section. */
export function shownAnswer(method, answer) {
  const parts = method.returns === "array" ? [answer] : answer;
  const title = element("h3", {}, TITLES[method.name] ?? shownText(method.name), " ", element("code", {}, method.name));
  const shown = parts.map((part, i) => shownPart(method.outputs[i], part, partTitle(method, i)));
  return element("section", { class: "method" }, title, ...shown);
}

function partTitle(method, i) {
  if (method.returns === "array") return "";
  return method.returns === "list" ? `Output ${i + 1}` : shownText(method.outputs[i].name);
}

function shownPart(output, part, title) {
  const heading = title ? [element("h4", {}, title)] : [];
  if (output.label_rule === "positive") {
    const [below, above] = output.axis_labels;
    const rule = element("p", { class: "note" }, shownText(above), " above 0, otherwise ", shownText(below));
    return element("div", {}, ...heading, element("p", { class: "value" }, shownNumber(part)), rule);
  }
  if (Array.isArray(part) && part[0]?.label !== undefined) return element("div", {}, ...heading, bars(output, part));
  return element("div", {}, ...heading, values(part));
}

/** Returns a bar for each label; the greatest only, where there are many. */
function bars(output, scored) {
  const greatest = Math.max(...scored.map(({ value }) => value));
  const many = scored.length > MOST_BARS;
  const chosen = many ? [...scored].sort((one, other) => other.value - one.value).slice(0, MOST_BARS) : scored;
  const list = element("ul", { class: output.meaning === "probabilities" ? "bars" : "bars plain" });
  for (const { label, value } of chosen) {
    const bar = element("span", { class: "bar", "aria-hidden": "true" });
    if (output.meaning === "probabilities") bar.style.width = `${Math.max(0, Math.min(1, value)) * 100}%`;
    const track = element("span", { class: "track", "aria-hidden": "true" }, bar);
    const number = output.meaning === "probabilities" ? percent(value) : shownNumber(value);
    const item = element("li", { class: value === greatest ? "greatest" : "" }, shownText(label), " ", track, " ");
    item.firstChild.className = "label";
    item.append(element("span", { class: "number" }, number));
    list.append(item);
  }
  if (!many) return list;
  return element("div", {}, list, element("p", { class: "note" }, `and ${scored.length - MOST_BARS} smaller ones`));
}

/** Returns a fraction as a percentage. */
export function percent(value) {
  const shown = (value * 100).toFixed(1);
  return value > 0 && shown === "0.0" ? "< 0.1 %" : value < 1 && shown === "100.0" ? "> 99.9 %" : `${shown} %`;
}

function values(part) {
  const all = [part].flat(Infinity);
  if (all.length === 1) return element("p", { class: "value" }, shownText(shownValue(all[0])));
  return element("ol", { class: "values" }, ...all.map((value) => element("li", {}, shownText(shownValue(value)))));
}

/** Returns the columns that answers fill in a table: their names, the label that each is of, and how a cell is shown. */
export function columnsOf(methods) {
  return methods.flatMap((method) => method.outputs.flatMap((output) => columnsOfOutput(method, output)));
}

function columnsOfOutput(method, output) {
  const name = method.outputs.length > 1 ? output.name : method.name;
  const shape = output.shape.slice(1);
  const size = shape.reduce((product, length) => product * length, 1);
  if (output.axis_labels && shape.length === 1) {
    const show = output.meaning === "probabilities" ? percent : shownValue;
    return output.axis_labels.map((label) => ({ name: `${name} ${label}`, method: method.name, show }));
  }
  const names = shape.length === 0 ? [name] : Array.from({ length: size }, (_, i) => `${name} ${i + 1}`);
  return names.map((each) => ({ name: each, method: method.name, show: shownValue }));
}

/** Returns what one row's answers fill the columns with. */
export function cellsOf(methods, answers) {
  return methods.flatMap(({ name }) => [answers.get(name)].flat(Infinity).map((each) => each?.value ?? each));
}
