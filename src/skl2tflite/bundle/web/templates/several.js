// Several rows at once: pasted as CSV, answered in a table that can be saved.

import { cellsOf, columnsOf, headline } from "./answers.js";
import { arrange, parseCsv, readCell, writeCsv } from "./csv.js";
import { decodeRow } from "./decode.js";
import { encodeRow } from "./encode.js";
import { element, shownText } from "./fields.js";

const CHUNK = 100; // rows between which the page stays responsive
const MOST_SHOWN = 200;
const MOST_COLUMNS = 8;

/** Returns for each row of cells the answers of the methods by name, or the error that it has met. */
async function answered(model, methods, features, lines, tell) {
  const results = lines.map(() => ({ answers: new Map() }));
  for (let start = 0; start < lines.length; start += CHUNK) {
    const good = [];
    lines.slice(start, start + CHUNK).forEach((line, i) => {
      try {
        const row = line.map((cell, place) => (features[place].absent === "not read" ? null : readCell(features[place], cell)));
        methods.forEach((method) => encodeRow(model.contract, method, row));
        good.push({ row, result: results[start + i] });
      } catch (error) {
        results[start + i].error = error.message;
      }
    });
    for (const method of methods) {
      const tensors = await model.tensors(method, good.map(({ row }) => row));
      good.forEach(({ result }, i) => {
        try {
          result.answers.set(method.name, decodeRow(method, tensors[i]));
        } catch (error) {
          result.error ??= error.message;
        }
      });
    }
    tell(Math.min(start + CHUNK, lines.length));
    await new Promise((done) => setTimeout(done));
  }
  return results;
}

/** Wires the panel of several rows. */
export function startSeveral(model, methods, features) {
  const [text, button, status, answers] = ["csv", "run", "several-status", "several-answers"].map((id) =>
    document.getElementById(id),
  );
  text.placeholder = [features.map(({ name }) => name), features.map(({ typical }) => typical ?? "")]
    .map((line) => writeCsv([line]))
    .join("");

  async function run() {
    button.disabled = true;
    answers.replaceChildren();
    try {
      const lines = arrange(parseCsv(text.value), features);
      const tell = (done) => (status.textContent = `${done} of ${lines.length} rows`);
      const results = await answered(model, methods, features, lines, tell);
      const failed = results.filter(({ error }) => error !== undefined).length;
      status.textContent = `${count(lines.length - failed)} answered${failed ? `, ${count(failed)} not` : ""}`;
      answers.append(saved(methods, features, lines, results), table(methods, results));
    } catch (error) {
      status.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  }

  button.addEventListener("click", run);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
}

function count(rows) {
  return rows === 1 ? "1 row" : `${rows} rows`;
}

function table(methods, results) {
  const columns = columnsOf(methods).map((column, at) => ({ ...column, at }));
  const shown = columns.filter(({ method }) => method !== "predict").slice(0, MOST_COLUMNS);
  const head = element("tr", {}, element("th", { scope: "col" }, "Row"), element("th", { scope: "col" }, "Answer"));
  head.append(...shown.map(({ name }) => element("th", { scope: "col", class: "number" }, shownText(name))));
  const body = element("tbody");
  results.slice(0, MOST_SHOWN).forEach(({ answers, error }, i) => {
    const line = element("tr", {}, element("th", { scope: "row" }, String(i + 1)));
    if (error !== undefined) {
      line.append(element("td", { class: "wrong", colspan: String(1 + shown.length) }, shownText(error)));
    } else {
      const cells = cellsOf(methods, answers);
      line.append(element("td", {}, element("strong", {}, shownText(headline(methods, answers)))));
      line.append(...shown.map(({ at, show }) => element("td", { class: "number" }, shownText(show(cells[at])))));
    }
    body.append(line);
  });
  const caption = results.length > MOST_SHOWN ? `The first ${MOST_SHOWN} of ${results.length} rows` : "Answers";
  const made = element("table", {}, element("caption", {}, caption), element("thead", {}, head), body);
  return element("div", { class: "scrolled", tabindex: "0", role: "region", "aria-label": "Answers" }, made);
}

/** Returns a link that saves rows and answers as CSV. */
function saved(methods, features, lines, results) {
  const columns = columnsOf(methods).map(({ name }) => name);
  const head = [...features.map(({ name }) => name), ...columns, "error"];
  const body = results.map(({ answers, error }, i) => {
    const cells = error === undefined ? cellsOf(methods, answers) : columns.map(() => "");
    return [...lines[i], ...cells, error ?? ""];
  });
  const url = URL.createObjectURL(new Blob([writeCsv([head, ...body])], { type: "text/csv" }));
  return element("a", { class: "button", href: url, download: "answers.csv" }, "Save as CSV");
}
