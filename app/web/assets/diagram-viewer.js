/* Island: shows a BPMN diagram, and where a case stands in it. Loaded only by pages that have a diagram. */
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { fit, goTo, readXml, STEP } from "./js/drawing.js";

const MARKS = {
  current: "mark-current",
  done: "mark-done",
  fault: "mark-fault",
  added: "mark-added",
  removed: "mark-removed",
  changed: "mark-changed",
  moved: "mark-moved",
  way: "mark-way",
  reached: "mark-reached",
  missed: "mark-missed",
};
// Below this the words of a diagram cannot be read, and the place where the case stands is shown instead of the whole.
const READABLE = 0.62;

for (const box of document.querySelectorAll("[data-diagram]")) {
  openWhenVisible(box);
}

/* bpmn-js measures its canvas, so a diagram on a hidden tab waits until the tab is shown. */
function openWhenVisible(box) {
  const watcher = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) {
      watcher.disconnect();
      open(box);
    }
  });
  watcher.observe(box);
}

async function open(box) {
  const canvasBox = box.querySelector(".diagram__canvas");
  const text = box.querySelector(".diagram__text");
  try {
    const xml = await readXml(box.dataset.diagram);
    const viewer = new NavigatedViewer({ container: canvasBox });
    await viewer.importXML(xml);
    mark(viewer, box);
    fit(viewer);
    goToCurrent(viewer, box);
    watchTools(viewer, box);
    text.hidden = true;
    box.dataset.state = "open";
  } catch {
    text.textContent = box.dataset.failed;
    text.hidden = false;
    box.dataset.state = "failed";
  }
}

function mark(viewer, box) {
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  for (const [kind, marker] of Object.entries(MARKS)) {
    for (const id of (box.dataset[kind] ?? "").split(" ").filter(Boolean)) {
      if (registry.get(id)) {
        canvas.addMarker(id, marker);
      }
    }
  }
}

function goToCurrent(viewer, box) {
  const canvas = viewer.get("canvas");
  const ids = (box.dataset.current ?? "").split(" ");
  const [element] = ids.map((id) => viewer.get("elementRegistry").get(id)).filter(Boolean);
  if (!element || canvas.zoom() >= READABLE) {
    return;
  }
  const { outer } = canvas.viewbox();
  const [width, height] = [outer.width / READABLE, outer.height / READABLE];
  const [x, y] = [element.x + element.width / 2 - width / 2, element.y + element.height / 2 - height / 2];
  canvas.viewbox({ x, y, width, height });
}

function watchTools(viewer, box) {
  const canvas = viewer.get("canvas");
  const acts = {
    in: () => canvas.zoom(canvas.zoom() * STEP),
    out: () => canvas.zoom(canvas.zoom() / STEP),
    fit: () => fit(viewer),
  };
  for (const button of box.querySelectorAll("[data-zoom]")) {
    button.hidden = false;
    button.addEventListener("click", () => acts[button.dataset.zoom]());
  }
  document.addEventListener("click", (event) => {
    const id = event.target.closest("[data-element]")?.dataset.element;
    const element = id && viewer.get("elementRegistry").get(id);
    if (element) {
      box.scrollIntoView({ block: "nearest" });
      goTo(viewer, element);
    }
  });
}
