/* The panel beside the editor: what the chosen element says, in plain fields. Nothing chosen: the process itself. */

const TIMER = "bpmn:TimerEventDefinition";

/* Properties that are not plain attributes: whether an element has them, how they are read and written. */
const SPECIAL = {
  condition: {
    isAt: () => true,
    read: (said) => said.conditionExpression?.body,
    write: (modeler, element, text) =>
      modeler.get("modeling").updateProperties(element, { conditionExpression: expression(modeler, text) }),
  },
  timer: {
    isAt: (said) => Boolean(timerOf(said)) && !timerOf(said).timeDate && !timerOf(said).timeCycle,
    read: (said) => timerOf(said).timeDuration?.body,
    write: (modeler, element, text) =>
      modeler.get("modeling").updateModdleProperties(element, timerOf(element.businessObject), {
        timeDuration: expression(modeler, text),
      }),
  },
};

export function watchPanel(modeler, panel, typeWords) {
  const title = panel.querySelector("[data-chosen]");
  const fields = [...panel.querySelectorAll("[data-property]")];
  let chosen = null;
  const show = () => {
    chosen = chosenOf(modeler);
    panel.hidden = !chosen;
    if (!chosen) {
      return;
    }
    const said = chosen.businessObject;
    const kind = kindOf(said);
    title.textContent = `${typeWords[kind] ?? kind} ${said.id}`;
    for (const field of fields) {
      field.hidden = !isAt(field.dataset, said, kind);
      field.querySelector("input").value = field.hidden ? "" : read(field.dataset.property, said);
    }
  };
  for (const field of fields) {
    field.addEventListener("change", (event) => write(modeler, chosen, field.dataset.property, event.target.value.trim()));
  }
  modeler.on(["selection.changed", "root.set", "commandStack.changed"], show);
  show();
}

function chosenOf(modeler) {
  const selected = modeler.get("selection").get();
  if (selected.length > 1) {
    return null;
  }
  const [element] = selected;
  return element?.labelTarget ?? element ?? modeler.get("canvas").getRootElement();
}

function kindOf(said) {
  const name = said.$type.replace("bpmn:", "");
  return name[0].toLowerCase() + name.slice(1);
}

function isAt({ property, kinds }, said, kind) {
  if (kinds && !kinds.split(" ").includes(kind)) {
    return false;
  }
  return SPECIAL[property]?.isAt(said) ?? property in said.$descriptor.propertiesByName;
}

function read(property, said) {
  return (SPECIAL[property] ? SPECIAL[property].read(said) : said.get(property)) ?? "";
}

function write(modeler, element, property, text) {
  if (SPECIAL[property]) {
    SPECIAL[property].write(modeler, element, text);
  } else {
    modeler.get("modeling").updateProperties(element, { [property]: text || undefined });
  }
}

function timerOf(said) {
  return said.eventDefinitions?.find((definition) => definition.$type === TIMER);
}

function expression(modeler, text) {
  return text ? modeler.get("moddle").create("bpmn:FormalExpression", { body: text }) : undefined;
}
