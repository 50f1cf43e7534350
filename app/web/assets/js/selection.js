/* The bar of a list with check boxes says how many rows are chosen and appears only when there is something to do. */

export function watchSelection(root) {
  for (const form of root.querySelectorAll("form[data-selection]:not([data-ready])")) {
    form.dataset.ready = "true";
    const bar = form.querySelector("[data-selection-bar]");
    const count = form.querySelector("[data-selection-count]");
    const update = () => {
      const chosen = form.querySelectorAll("[data-row] input[type=checkbox]:checked").length;
      bar.hidden = chosen === 0;
      count.textContent = String(chosen);
    };
    form.addEventListener("change", update);
    update();
  }
}
