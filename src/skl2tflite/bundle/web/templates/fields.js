// The fields of the form: one for each feature that the model reads.

import { readCell } from "./csv.js";

const MISSING = "missing";
const OTHER = "other";
const UNKNOWN_TEXT = "\uffff?"; // which is no category

/** Returns an element with attributes, or text, and children. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** Returns a text of the model as it is shown: its direction does not reach what stands around it. */
export function shownText(text) {
  const shown = String(text);
  return element("bdi", {}, shown.trim() === "" ? `“${shown}”` : shown);
}

export class Field {
  constructor(feature, place, length) {
    this.feature = feature;
    this.length = length;
    this.control = this.#makeControl(`f${place}`);
    this.control.setAttribute("aria-describedby", `n${place}`);
    this.note = element("p", { id: `n${place}`, class: "note" });
    const label = element("label", { for: `f${place}` }, shownText(feature.name));
    this.element = element("div", { class: `field ${feature.kind}` }, label, this.control, this.note);
    this.reset();
  }

  /** Returns the value that the field holds; throws where it holds none. */
  read() {
    if (this.control.tagName !== "SELECT") return readCell(this.feature, this.control.value);
    if (this.control.value === MISSING) return null;
    return this.control.value === OTHER ? UNKNOWN_TEXT : this.#choices()[Number(this.control.value)];
  }

  /** Takes the typical value. */
  reset() {
    const { typical } = this.feature;
    if (this.control.tagName !== "SELECT") {
      this.control.value = typical ?? "";
    } else {
      const at = this.#choices().indexOf(typical);
      this.control.value = at >= 0 ? String(at) : typical === null && this.#mayMiss() ? MISSING : "0";
      if (this.control.selectedIndex < 0) this.control.selectedIndex = 0; // there are no choices but these
    }
    this.show();
  }

  /** Shows what is wrong, or else what the field takes. */
  show(error = "") {
    this.note.textContent = error || this.#hint();
    this.note.classList.toggle("wrong", error !== "");
    this.control.setAttribute("aria-invalid", String(error !== ""));
  }

  #mayMiss() {
    const { absent, only } = this.feature;
    return absent !== "refused" && (only === null || only.includes(null));
  }

  /** Returns what a drop-down offers; null where any value may be typed. */
  #choices() {
    const { kind, categories, only } = this.feature;
    if (kind === "boolean") return [false, true];
    const all = kind === "category" ? categories : only;
    return all && all.filter((value) => value !== null && (only === null || only.includes(value)));
  }

  #makeControl(id) {
    const choices = this.#choices();
    if (choices === null) {
      return this.feature.kind === "text"
        ? element("textarea", { id, rows: "4" })
        : element("input", { id, inputmode: "decimal", autocomplete: "off", spellcheck: "false", placeholder: this.#empty() });
    }
    const select = element("select", { id });
    choices.forEach((choice, i) => select.append(element("option", { value: String(i) }, shownChoice(choice))));
    const anyText = this.feature.kind === "category" && this.feature.only === null;
    if (anyText) select.append(element("option", { value: OTHER }, "(another, unknown to the model)"));
    if (this.#mayMiss()) select.append(element("option", { value: MISSING }, "(missing)"));
    return select;
  }

  #empty() {
    return { missing: "missing", zero: "0" }[this.feature.absent] ?? "";
  }

  #hint() {
    const { kind, range, absent } = this.feature;
    if (kind === "text") return `${Array.from(this.control.value).length} of ${this.length} characters at most`;
    if (this.control.tagName === "SELECT") return "";
    const parts = [];
    if (range !== null) {
      const outside = this.control.value.trim() !== "" && !(this.control.value >= range[0] && this.control.value <= range[1]);
      const span = `${shownNumber(range[0])} to ${shownNumber(range[1])}`;
      parts.push(outside ? `the model was made mostly with ${span}` : `mostly ${span}`);
    }
    if (kind === "integer") parts.push("whole numbers");
    if (absent === "missing") parts.push("may be empty");
    return parts.join(", ");
  }
}

function shownChoice(choice) {
  const text = String(choice);
  return text.trim() === "" ? `“${text}”` : text;
}

/** Returns a number with the digits that a float32 has. */
export function shownNumber(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  return String(Number(value.toPrecision(7))).replace("-", "−");
}
