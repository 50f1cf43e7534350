/* Marks of materials: one press marks everything that has no mark yet as accepted. Without this module each is marked. */

export function watchMarks(root) {
  for (const button of root.querySelectorAll("button[data-mark-all][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", () => markRest(button.form));
  }
}

function markRest(form) {
  for (const choices of form.querySelectorAll(".mark__choices")) {
    const accepted = choices.querySelector("input[value=accepted]");
    if (!choices.querySelector("input:checked")) {
      accepted.checked = true;
      accepted.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
}
