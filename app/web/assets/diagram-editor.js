/* Island: draws a BPMN diagram. Its faults come from the server, which has the one list of rules; it saves the draft.
   Loaded only by the page of the editor. */
import Modeler from "bpmn-js/lib/Modeler";
import { fit, goTo, readXml, STEP } from "./js/drawing.js";
import { watchPanel } from "./js/diagram-panel.js";

const CHECK_AFTER_MS = 600;
const STALE = 412;
const PALETTE_PX = 110;
const FAULT = "mark-fault";
const LANGUAGE = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
const TAG_OF_SEVERITY = { error: "tag--bad", warning: "tag--strong" };

for (const box of document.querySelectorAll("[data-editor]")) {
  open(box);
}

async function open(box) {
  const texts = JSON.parse(box.dataset.texts);
  const text = box.querySelector(".diagram__text");
  try {
    const modeler = new Modeler({
      container: box.querySelector(".diagram__canvas"),
      moddleExtensions: { lb: JSON.parse(box.dataset.descriptor) },
      additionalModules: [{ translate: ["value", translator(JSON.parse(box.dataset.tools))] }],
    });
    await modeler.importXML(await readXml(box.dataset.editor));
    text.hidden = true;
    fitBesidePalette(modeler);
    const drawing = { box, modeler, texts, edit: box.dataset.edit, changes: 0, saved: 0, checks: 0, marked: [] };
    watchPanel(modeler, box.querySelector("[data-panel]"), texts.type);
    watchChanges(drawing);
    watchTools(drawing);
    await check(drawing);
    box.dataset.state = "open";
  } catch {
    text.textContent = texts.not_opened;
    text.hidden = false;
    box.dataset.state = "failed";
  }
}

function fitBesidePalette(modeler) {
  const canvas = modeler.get("canvas");
  fit(modeler);
  canvas.zoom(canvas.zoom() * (1 - PALETTE_PX / canvas.viewbox().outer.width), "auto");
  canvas.scroll({ dx: PALETTE_PX / 2, dy: 0 });
}

function translator(words) {
  return (sentence, given = {}) =>
    (words[sentence] ?? sentence).replace(/{([^}]+)}/g, (_, name) => given[name] ?? `{${name}}`);
}

function watchChanges(drawing) {
  let timer = 0;
  drawing.modeler.on("commandStack.changed", () => {
    drawing.changes += 1;
    tell(drawing, drawing.texts.unsaved);
    clearTimeout(timer);
    timer = setTimeout(() => check(drawing), CHECK_AFTER_MS);
  });
  addEventListener("beforeunload", (event) => {
    if (drawing.changes > drawing.saved) {
      event.preventDefault();
    }
  });
}

function watchTools(drawing) {
  const { box, modeler } = drawing;
  const canvas = modeler.get("canvas");
  const acts = {
    save: () => save(drawing),
    undo: () => modeler.get("commandStack").undo(),
    redo: () => modeler.get("commandStack").redo(),
    in: () => canvas.zoom(canvas.zoom() * STEP),
    out: () => canvas.zoom(canvas.zoom() / STEP),
    fit: () => fitBesidePalette(modeler),
    copy: () => keepCopy(drawing),
  };
  box.querySelector("[data-tools-bar]").hidden = false;
  box.addEventListener("click", (event) => {
    acts[event.target.closest("[data-act]")?.dataset.act]?.();
    const id = event.target.closest("[data-element]")?.dataset.element;
    const element = id && modeler.get("elementRegistry").get(id);
    if (element) {
      box.scrollIntoView({ block: "nearest" });
      goTo(modeler, element);
    }
  });
}

/* Asks the server what is wrong with the drawing as it is now; an answer that a later question has overtaken is dropped. */
async function check(drawing) {
  const { box, texts } = drawing;
  const question = ++drawing.checks;
  const said = box.querySelector("[data-checked]");
  said.textContent = texts.checking;
  const { status, body } = await send(box.dataset.checks, "POST", await xmlOf(drawing));
  if (question !== drawing.checks) {
    return;
  }
  const findings = body.findings ?? body.errors?.filter((item) => item.severity);
  show(drawing, findings ?? []);
  if (findings) {
    said.textContent = findings.length ? texts.found.replace("#", findings.length) : texts.clean;
  } else {
    said.textContent = (status && body.detail) || texts.unchecked;
  }
}

function show(drawing, findings) {
  const { box, modeler } = drawing;
  const canvas = modeler.get("canvas");
  const registry = modeler.get("elementRegistry");
  const drawn = findings.map((item) => item.element_id).filter((id) => id && registry.get(id));
  drawing.marked.filter((id) => registry.get(id)).forEach((id) => canvas.removeMarker(id, FAULT));
  drawing.marked = [...new Set(drawn)];
  drawing.marked.forEach((id) => canvas.addMarker(id, FAULT));
  const row = box.querySelector("[data-finding]").content;
  box.querySelector("[data-findings]").replaceChildren(...findings.map((item) => rowOf(row, item, drawing)));
}

function rowOf(template, item, drawing) {
  const row = template.cloneNode(true);
  const part = (name) => row.querySelector(`[data-part=${name}]`);
  part("severity").textContent = drawing.texts.severity[item.severity];
  part("severity").classList.add(TAG_OF_SEVERITY[item.severity] ?? "tag");
  part("message").textContent = inLanguage(item.message);
  part("remedy").textContent = inLanguage(item.remedy);
  part("code").textContent = item.code;
  const button = part("element");
  button.textContent = item.name || item.element_id;
  button.dataset.element = item.element_id;
  button.hidden = !item.element_id;
  return row;
}

/* Findings of a check come in both languages, those of a file that was refused in that of the reader. */
function inLanguage(sentence) {
  return sentence?.[LANGUAGE] ?? sentence ?? "";
}

/* Saves the draft. Whatever the answer is, the drawing stays as it was drawn. */
async function save(drawing) {
  const { box, texts } = drawing;
  const changes = drawing.changes;
  const xml = await xmlOf(drawing);
  const { status, body } = await send(box.dataset.draft, "PUT", xml, { "If-Match": `"${drawing.edit}"` });
  if (status === 200) {
    drawing.edit = body.edit;
    drawing.saved = changes;
    box.querySelector("[data-saved-link]").hidden = false;
    tell(drawing, drawing.changes > changes ? texts.unsaved : texts.saved);
  } else {
    tell(drawing, status === STALE ? texts.stale : body.detail || texts.failed);
  }
}

async function keepCopy(drawing) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([await xmlOf(drawing)], { type: "application/xml" }));
  link.download = drawing.box.dataset.file;
  link.click();
  URL.revokeObjectURL(link.href);
}

async function xmlOf(drawing) {
  return (await drawing.modeler.saveXML({ format: true })).xml;
}

/* Returns status and body of the answer; status 0 when there was none. */
async function send(address, method, xml, more = {}) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = { "Content-Type": "application/xml", "X-CSRF-Token": token, ...more };
  try {
    const answer = await fetch(address, { method, body: xml, headers });
    return { status: answer.status, body: await answer.json() };
  } catch {
    return { status: 0, body: {} };
  }
}

function tell(drawing, sentence) {
  drawing.box.querySelector("[data-told]").textContent = sentence;
}
