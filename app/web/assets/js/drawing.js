/* What viewer and editor of diagrams share: where the drawing comes from, and how much of it is seen. */

export const STEP = 1.2;
const MARGIN = 0.94;

/* Returns the XML of a drawing; a source with # names an element of the page that holds it. */
export async function readXml(source) {
  if (source.startsWith("#")) {
    return document.getElementById(source.slice(1)).textContent;
  }
  const answer = await fetch(source, { headers: { Accept: "application/xml" } });
  if (!answer.ok) {
    throw new Error(`diagram: ${answer.status}`);
  }
  return answer.text();
}

export function fit(viewer) {
  const canvas = viewer.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  canvas.zoom(Math.min(canvas.zoom() * MARGIN, 1), "auto");
}

export function goTo(viewer, element) {
  viewer.get("canvas").scrollToElement(element);
  viewer.get("selection").select(element);
}
