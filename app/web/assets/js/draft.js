/* Drafts: what is typed into a form with [data-draft] is kept on the server a moment later, and when the page is left.
   The form says in a live region when it was kept. Without this module nothing is kept until the form is submitted. */

const WAIT_MS = 1200;
const STALE = 412;

export function watchDrafts(root) {
  for (const form of root.querySelectorAll("form[data-draft]:not([data-draft-watched])")) {
    form.dataset.draftWatched = "true";
    watchDraft(form);
  }
}

function watchDraft(form) {
  let timer = 0;
  let isOver = false;
  let sending = Promise.resolve();
  const keep = () => {
    clearTimeout(timer);
    timer = 0;
    sending = sending.then(async () => {
      isOver ||= (await send(form)) === STALE;
    });
  };
  const later = () => {
    clearTimeout(timer);
    timer = isOver ? 0 : setTimeout(keep, WAIT_MS);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    isOver = true;
  });
  document.addEventListener("visibilitychange", () => {
    if (timer && document.visibilityState === "hidden") {
      keep();
    }
  });
  if (wasTyped(form)) {
    later();
  }
}

/* Says whether a field no longer holds what the page came with: on a slow line people type before this module runs. */
function wasTyped(form) {
  return [...form.elements].some((field) => {
    switch (field.type) {
      case "hidden":
      case "file":
        return false;
      case "checkbox":
      case "radio":
        return field.checked !== field.defaultChecked;
      case "select-one":
        return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
      default:
        return "defaultValue" in field && field.value !== field.defaultValue;
    }
  });
}

/* Returns the status of the answer, 0 when there was none. A draft never carries files: they go with the form. */
async function send(form) {
  const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  try {
    const answer = await fetch(form.dataset.draft, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { Accept: "application/problem+json" },
      keepalive: true,
    });
    if (answer.ok) {
      const { version, told } = await answer.json();
      form.elements.draft_version.value = version;
      tell(form, told);
    } else {
      tell(form, answer.status === STALE ? form.dataset.draftElsewhere : form.dataset.draftFailed);
    }
    return answer.status;
  } catch {
    tell(form, form.dataset.draftFailed);
    return 0;
  }
}

function tell(form, sentence) {
  form.querySelector("[data-draft-told]").textContent = sentence;
}
