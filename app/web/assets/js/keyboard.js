/* Keys of the worklist and of every page: j k Enter c x e n / and ?. Nothing happens while somebody types. */
import { say } from "./speech.js";

const ROW = "[data-row]";

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) {
      return;
    }
    const act = acts[event.key];
    if (act && act()) {
      event.preventDefault();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-show-keys]")) {
      showKeys();
    }
  });
}

const acts = {
  j: () => moveBy(1),
  k: () => moveBy(-1),
  Enter: () => document.activeElement === document.body && press("[data-open]"),
  c: () => press("[data-claim]"),
  e: () => press("[data-open]", "#act"),
  x: () => select(),
  n: () => follow(document.querySelector("[data-next]")),
  "/": () => focusSearch(),
  "?": () => showKeys(),
};

function isTyping(element) {
  return element.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
}

function currentRow() {
  return document.querySelector(`${ROW}[data-current]`);
}

function moveBy(step) {
  const rows = [...document.querySelectorAll(ROW)];
  if (rows.length === 0) {
    return false;
  }
  const at = rows.indexOf(currentRow());
  const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  rows.forEach((row) => row.removeAttribute("data-current"));
  next.setAttribute("data-current", "");
  next.querySelector("[data-open]")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function press(selector, hash = "") {
  const target = currentRow()?.querySelector(selector);
  if (target?.href && hash) {
    location.assign(target.href + hash);
    return true;
  }
  return follow(target);
}

function select() {
  const box = currentRow()?.querySelector("input[type=checkbox]");
  box?.click();
  return Boolean(box);
}

function follow(target) {
  target?.click();
  return Boolean(target);
}

function focusSearch() {
  const search = document.querySelector("[data-search]");
  search?.focus();
  search?.select();
  return Boolean(search);
}

function showKeys() {
  const dialog = document.getElementById("keys");
  dialog?.showModal();
  say(dialog?.querySelector("h2")?.textContent);
  return Boolean(dialog);
}
