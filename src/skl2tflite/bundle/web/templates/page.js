// The page: loads LiteRT.js and the model that it holds, compares the golden rows, and answers what the form asks.

import { headline, percent, saidByHeadline, shownAnswer } from "./answers.js";
import { featuresOf } from "./encode.js";
import { element, Field, shownText } from "./fields.js";
import { Model, print } from "./model.js";
import { startSeveral } from "./several.js";

const byId = (id) => document.getElementById(id);

/** Returns bytes that the page holds, compressed and in base64, as a stream. */
function held(id) {
  const text = byId(id).textContent.trim();
  const bytes = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  byId(id).remove();
  return new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
}

async function heldBytes(id) {
  return new Uint8Array(await new Response(held(id)).arrayBuffer());
}

/** Loads LiteRT.js: its code makes `litert`, and `ModuleFactory`, which `litert` calls with `self.Module`. */
async function loadRuntime() {
  const url = URL.createObjectURL(new Blob([await heldBytes("litert-js")], { type: "text/javascript" }));
  await new Promise((done, failed) => {
    const script = element("script", { src: url });
    script.onload = done;
    script.onerror = () => failed(new Error("the browser does not run the code of LiteRT.js"));
    document.head.append(script);
  });
  URL.revokeObjectURL(url);
  const wasm = new Response(held("litert-wasm"), { headers: { "Content-Type": "application/wasm" } });
  const compiled = WebAssembly.compileStreaming(wasm);
  let fail;
  const failure = new Promise((_, reject) => (fail = reject));
  globalThis.Module = {
    print,
    printErr: print,
    instantiateWasm(imports, receive) {
      compiled.then(async (module) => receive(await WebAssembly.instantiate(module, imports), module)).catch(fail);
      return {};
    },
  };
  await Promise.race([litert.loadLiteRt("held/litert.js"), failure]);
}

function startForm(model, methods, features) {
  const texts = methods[0].inputs.filter(({ encoding }) => encoding === "characters");
  const lengths = new Map(texts.map(({ features: [place], length }) => [place, length]));
  const fields = features.map((feature, place) =>
    feature.absent === "not read" ? null : new Field(feature, place, lengths.get(place)),
  );
  const shown = fields.filter((field) => field !== null);
  byId("fields").replaceChildren(...shown.map((field) => field.element));

  let asked = 0;
  let speaking;
  async function answer() {
    const now = (asked += 1);
    const wrong = new Map();
    const row = fields.map((field) => {
      try {
        return field?.read() ?? null;
      } catch (error) {
        wrong.set(field.feature.name, error.reason);
        return null;
      }
    });
    const answers = new Map();
    let failure = "";
    try {
      if (!wrong.size) for (const { name } of methods) answers.set(name, (await model.run(name, [row]))[0]);
    } catch (error) {
      if (error.feature !== undefined) wrong.set(error.feature, error.reason);
      else failure = error.message;
    }
    if (now !== asked) return;
    for (const field of shown) field.show(wrong.get(field.feature.name));
    if (wrong.size) failure = `No answer: look at ${[...wrong.keys()].join(", ")}.`;
    const words = failure || headline(methods, answers);
    byId("headline").replaceChildren(shownText(words));
    byId("headline").classList.toggle("none", failure !== "");
    const sections = failure ? [] : methods.filter((method) => !saidByHeadline(method, answers));
    byId("methods").replaceChildren(...sections.map((method) => shownAnswer(method, answers.get(method.name))));
    clearTimeout(speaking);
    speaking = setTimeout(() => (byId("spoken").textContent = spoken(words, answers)), 500);
  }

  byId("form").addEventListener("input", answer);
  byId("form").addEventListener("submit", (event) => event.preventDefault());
  byId("form").addEventListener("reset", (event) => {
    event.preventDefault();
    shown.forEach((field) => field.reset());
    answer();
  });
  return answer();
}

function spoken(words, answers) {
  const probabilities = answers.get("predict_proba");
  const own = Array.isArray(probabilities) && probabilities.find(({ label }) => String(label) === words);
  return own ? `${words}, ${percent(own.value)}` : words;
}

/** Wires the tabs: arrows move between them, as the ARIA practices have it. */
function startTabs() {
  const tabs = [byId("tab-one"), byId("tab-several")];
  const choose = (chosen) => {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      byId(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
    }
  };
  for (const [i, tab] of tabs.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", ({ key }) => {
      if (key !== "ArrowLeft" && key !== "ArrowRight") return;
      choose(tabs[1 - i]);
      tabs[1 - i].focus();
    });
  }
}

async function start() {
  const status = byId("status");
  try {
    const contract = JSON.parse(byId("contract").textContent);
    const [bytes] = await Promise.all([heldBytes("model"), loadRuntime()]);
    const model = await Model.of(litert, contract, bytes);
    const features = featuresOf(contract, contract.methods[0]);
    const methods = contract.methods.filter((method) => featuresOf(contract, method) === features);
    startTabs();
    startSeveral(model, methods, features);
    await startForm(model, methods, features);
    status.textContent = `Checked: the answers to ${model.golden} known rows are right`;
    status.className = "status good";
    byId("main").hidden = false;
    performance.mark("answered");
  } catch (error) {
    status.textContent = `This page gives no answers, as its check has failed: ${error.message}`;
    status.className = "status bad";
    status.setAttribute("role", "alert");
  }
}

start();
