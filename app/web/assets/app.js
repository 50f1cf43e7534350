/* What every page loads. Each module finds its own elements and does nothing on a page without them. */
import htmx from "htmx.org";
import { watchDrafts } from "./js/draft.js";
import { watchForms } from "./js/form.js";
import { avoidBrokenParser } from "./js/parsing.js";
import { watchMarks } from "./js/marks.js";
import { watchKeys } from "./js/keyboard.js";
import { watchSelection } from "./js/selection.js";
import { makeTabs } from "./js/tabs.js";
import { focusErrorSummary, say } from "./js/speech.js";
import { watchAge } from "./js/age.js";

avoidBrokenParser();
htmx.config.defaultTimeout = 15000;

const csrfToken = document.querySelector('meta[name="csrf-token"]')?.content;

document.addEventListener("htmx:config:request", (event) => {
  const request = event.detail.ctx.request;
  if (csrfToken && request.method !== "GET") {
    request.headers["X-CSRF-Token"] = csrfToken;
  }
});

document.addEventListener("htmx:after:swap", () => {
  enhance(document);
  say(document.querySelector("[data-say]")?.dataset.say);
});

function enhance(root) {
  makeTabs(root);
  watchForms(root);
  watchDrafts(root);
  watchMarks(root);
  watchSelection(root);
}

enhance(document);
focusErrorSummary();
watchKeys();
watchAge();
