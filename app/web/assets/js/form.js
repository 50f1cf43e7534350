/* Forms: show and hide by condition, rows of repeated parts, one submission only, a question before what cannot be undone.
   The server checks everything again; without this module all fields are shown and the server says what is too much. */

export function watchForms(root) {
  for (const form of root.querySelectorAll("form:not([data-watched])")) {
    form.dataset.watched = "true";
    watchRows(form);
    watchSubmission(form);
    if (form.querySelector("[data-hide-when]")) {
      watchConditions(form);
    }
  }
}

async function watchConditions(form) {
  const { evaluate } = await import("feelin");
  const given = JSON.parse(form.dataset.given || "{}");
  const update = () => {
    const answers = readAnswers(form);
    for (const field of form.querySelectorAll("[data-hide-when]")) {
      const scope = { ...scopeOf(field.dataset.name, answers), ...given, ...chosenOutcome(form) };
      setShown(field, !isTrue(evaluate, field.dataset.hideWhen, scope));
    }
  };
  form.addEventListener("change", update);
  form.addEventListener("input", update);
  update();
}

/* A condition reads the answers of its own level and of every level above it, the nearest first. */
function scopeOf(name, answers) {
  let scope = { ...answers };
  let level = answers;
  for (const part of name.split(".").slice(1, -1)) {
    level = level?.[part];
    scope = Array.isArray(level) ? scope : { ...scope, ...level };
  }
  return scope;
}

function chosenOutcome(form) {
  const chosen = form.querySelector("input[name=outcome]:checked");
  return chosen ? { outcome: chosen.value } : {};
}

/* A condition that cannot be evaluated shows the field: the server decides whether it may be filled. */
function isTrue(evaluate, condition, answers) {
  try {
    const result = evaluate(condition.replace(/^\s*=/, ""), answers);
    return (result?.value ?? result) === true;
  } catch {
    return false;
  }
}

function setShown(field, isShown) {
  field.hidden = !isShown;
  for (const control of field.querySelectorAll("input, select, textarea, button")) {
    control.disabled = !isShown;
  }
}

/* Names are paths below the form's own prefix: `form.owner.0.name` is answers.owner[0].name. What is not filled in is
   absent, as it is on the server. */
function readAnswers(form) {
  const answers = {};
  for (const control of form.querySelectorAll("[data-answer] [name]")) {
    const value = valueOf(control);
    if (value !== null && !control.disabled) {
      put(answers, control.name.split(".").slice(1), value, control.dataset.list !== undefined);
    }
  }
  return answers;
}

function valueOf(control) {
  if (control.type === "radio" || control.type === "checkbox") {
    const isList = control.type === "radio" || control.dataset.list !== undefined;
    return control.checked ? (isList ? control.value : true) : null;
  }
  const text = control.value.trim();
  return text === "" ? null : control.type === "number" ? Number(text) : text;
}

function put(answers, path, value, isList) {
  let place = answers;
  path.slice(0, -1).forEach((part, index) => {
    place = place[part] ??= /^\d+$/.test(path[index + 1]) ? [] : {};
  });
  const last = path[path.length - 1];
  place[last] = isList ? [...(place[last] ?? []), value] : value;
}

function watchRows(form) {
  for (const list of form.querySelectorAll("[data-list]")) {
    const template = list.querySelector(":scope > template");
    const add = list.querySelector(":scope > [data-add-row]");
    if (!template || !add) {
      continue;
    }
    add.hidden = false;
    let next = list.querySelectorAll(":scope > .list-row").length;
    add.addEventListener("click", () => {
      add.before(rowFrom(template, next));
      add.previousElementSibling.querySelector("input, select, textarea")?.focus();
      next += 1;
    });
    list.addEventListener("click", (event) => {
      const remove = event.target.closest("[data-remove-row]");
      if (remove) {
        remove.closest(".list-row").remove();
        form.dispatchEvent(new Event("change"));
        add.focus();
      }
    });
    list.querySelectorAll("[data-remove-row]").forEach((button) => (button.hidden = false));
  }
}

function rowFrom(template, index) {
  const row = template.content.firstElementChild.cloneNode(true);
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of [...element.attributes]) {
      if (attribute.value.includes("__index__")) {
        element.setAttribute(attribute.name, attribute.value.replaceAll("__index__", String(index)));
      }
    }
  }
  row.querySelectorAll("[data-remove-row]").forEach((button) => (button.hidden = false));
  return row;
}

function watchSubmission(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method.toLowerCase() === "post" && !event.defaultPrevented) {
      form.dataset.sent = "true";
      setTimeout(() => delete form.dataset.sent, 5000);
    }
  });
}
