/* Sections under [data-tabs] become tabs. Without this module they stand below each other, each with its heading. */

export function makeTabs(root) {
  for (const box of root.querySelectorAll("[data-tabs]:not([data-ready])")) {
    box.dataset.ready = "true";
    buildTabs(box, [...box.querySelectorAll(":scope > section[id]")]);
  }
}

function buildTabs(box, panels) {
  if (panels.length < 2) {
    return;
  }
  const list = document.createElement("div");
  list.className = "tabs";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", box.dataset.tabs);
  const tabs = panels.map((panel) => buildTab(panel));
  list.append(...tabs);
  box.prepend(list);
  list.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (tab) {
      show(tabs, panels, tabs.indexOf(tab));
    }
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const next = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
      show(tabs, panels, next);
      tabs[next].focus();
      event.preventDefault();
    }
  });
  const wanted = panels.findIndex((panel) => `#${panel.id}` === location.hash);
  show(tabs, panels, Math.max(wanted, 0));
}

function buildTab(panel) {
  const heading = panel.querySelector("h2, h3");
  const tab = document.createElement("button");
  tab.type = "button";
  tab.id = `tab-${panel.id}`;
  tab.textContent = heading.textContent;
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", panel.id);
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", tab.id);
  heading.classList.add("visually-hidden");
  return tab;
}

function show(tabs, panels, chosen) {
  tabs.forEach((tab, index) => {
    tab.setAttribute("aria-selected", String(index === chosen));
    tab.tabIndex = index === chosen ? 0 : -1;
    panels[index].hidden = index !== chosen;
  });
  panels[chosen].dispatchEvent(new CustomEvent("panel-shown", { bubbles: true }));
}
