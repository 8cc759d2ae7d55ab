// The map's editing page without reloads: forms are sent in the background, stages and touchpoints are dragged by their
// handles or moved by the arrow keys. Without this file the same forms work as they are.
"use strict";

(() => {
  const editor = () => document.getElementById("map-editor");
  const say = (text) => { const said = document.getElementById("map-said"); if (said) said.textContent = text; };
  let drag = null;

  const prepare = () => {
    for (const grip of document.querySelectorAll(".cx-grip")) grip.hidden = false;
  };

  const fieldsOf = (form) => [...form.elements].filter((each) => each.name && each.type !== "hidden");
  const stateOf = (each) => each.tagName === "SELECT"
    ? [...each.options].map((option) => option.selected).join()
    : each.type === "checkbox" || each.type === "radio" ? String(each.checked) : each.value;
  const chosenFirst = (each) => {
    const first = [...each.options].map((option) => option.defaultSelected);
    if (!each.multiple && !first.includes(true) && first.length) first[0] = true;
    return first.join();
  };
  const writtenOf = (each) => each.tagName === "SELECT" ? chosenFirst(each)
    : each.type === "checkbox" || each.type === "radio" ? String(each.defaultChecked) : each.defaultValue;

  // What is typed in other parts and not saved yet. The edit that was seen goes with it: what somebody else has saved
  // there meanwhile is still told, not written over.
  const unsaved = (sent) => [...editor().querySelectorAll("form")]
    .filter((form) => form !== sent && form.querySelector("[name$=revision]"))
    .filter((form) => fieldsOf(form).some((each) => stateOf(each) !== writtenOf(each)));

  const fillIn = (forms) => {
    for (const old of forms) {
      const seen = old.querySelector("[name$=revision]");
      const fresh = document.getElementsByName(seen.name)[0];
      if (!fresh) continue;
      fresh.value = seen.value;
      fresh.form.querySelector("[name$=base]").value = old.querySelector("[name$=base]").value;
      for (const each of fieldsOf(old)) {
        const now = [...fresh.form.elements].find((other) => other.name === each.name &&
          ((each.type !== "checkbox" && each.type !== "radio") || other.value === each.value));
        if (!now) continue;
        if (each.type === "checkbox" || each.type === "radio") now.checked = each.checked;
        else if (each.tagName === "SELECT") {
          const chosen = [...each.selectedOptions].map((option) => option.value);
          for (const option of now.options) option.selected = chosen.includes(option.value);
        }
        else now.value = each.value;
      }
    }
  };

  // Puts the new page's editor in the place of the old one; open parts stay open, the focus stays where it was.
  const replace = (page, focus, sent) => {
    const fresh = page.getElementById("map-editor");
    if (!fresh) { say(editor().dataset.lost); return; }
    const typed = unsaved(sent);
    const opened = [...document.querySelectorAll(".cx-edit[open] > summary")].map((each) => each.id);
    editor().replaceWith(document.adoptNode(fresh));
    for (const id of opened) { const part = document.getElementById(id); if (part) part.parentElement.open = true; }
    fillIn(typed);
    prepare();
    const told = page.querySelector(".cx-msgs");
    const old = document.querySelector(".cx-msgs");
    if (old) old.remove();
    if (told) {
      say(told.textContent.trim());
      if (told.querySelector("[role=alert]")) editor().prepend(document.adoptNode(told));
    }
    const place = focus && document.getElementById(focus);
    if (place) place.focus({ preventScroll: false });
  };

  const send = async (form, button, focus) => {
    const data = new FormData(form);
    if (button && button.name) data.set(button.name, button.value);
    say(editor().dataset.saving);
    try {
      const reply = await fetch(location.href.split("#")[0], { method: "POST", body: data, credentials: "same-origin" });
      replace(new DOMParser().parseFromString(await reply.text(), "text/html"), focus, form);
    } catch {
      say(editor().dataset.lost);
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!editor() || !editor().contains(form)) return;
    event.preventDefault();
    const part = form.closest("[data-code], [data-stage]");
    const button = event.submitter;
    const summary = part && part.querySelector("summary");
    send(form, button, (button && button.id) || (summary && summary.id) || "map-title");
  });

  const itemOf = (grip) => grip.closest("[data-code]") || grip.closest("[data-stage]");
  // Its own: a stage also holds the forms of its touchpoints.
  const moveForm = (item, move) => item.querySelector(`:scope > details form[data-move="${move}"]`);

  // --- by keyboard ---
  document.addEventListener("keydown", (event) => {
    const grip = event.target.closest && event.target.closest(".cx-grip");
    if (!grip) return;
    const step = { ArrowUp: "earlier", ArrowLeft: "earlier", ArrowDown: "later", ArrowRight: "later" }[event.key];
    if (!step) return;
    event.preventDefault();
    const form = moveForm(itemOf(grip), step);
    if (form) send(form, form.querySelector("button"), grip.id);
  });

  // --- by pointer ---
  const clear = () => { for (const each of document.querySelectorAll(".cx-drop")) each.classList.remove("cx-drop"); };

  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest && event.target.closest(".cx-grip");
    if (!grip || event.button) return;
    event.preventDefault();
    grip.focus();
    grip.setPointerCapture(event.pointerId);
    drag = { grip, item: itemOf(grip), place: null };
    drag.item.classList.add("cx-dragged");
  });

  // Before or behind the stage under the pointer: beside it where stages stand in columns, else above or below.
  const stagePlace = (event, stage) => {
    const others = [...document.querySelectorAll("[data-stage]")].filter((each) => each !== drag.item);
    const index = others.indexOf(stage);
    if (index < 0) return null;
    const box = stage.getBoundingClientRect();
    const isInColumns = box.width < editor().clientWidth * .75;
    const isBehind = isInColumns ? event.clientX > box.left + box.width / 2 : event.clientY > box.top + box.height / 2;
    const after = isBehind ? stage : others[index - 1];
    return after ? after.dataset.stage : "";
  };

  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    clear();
    drag.place = null;
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const stage = under && under.closest("[data-stage]");
    if (!stage) return;
    if (drag.item.dataset.stage) {
      drag.place = stagePlace(event, stage);
      if (drag.place !== null) stage.querySelector("header").classList.add("cx-drop");
      return;
    }
    const others = [...stage.querySelectorAll("[data-code]")].filter((each) => each !== drag.item);
    let after = "";
    for (const each of others) {
      const box = each.getBoundingClientRect();
      if (event.clientY > box.top + box.height / 2) after = each.dataset.code;
    }
    drag.place = `${stage.dataset.stage}:${after}`;
    (after ? others.find((each) => each.dataset.code === after) : stage.querySelector("header")).classList.add("cx-drop");
  });

  const drop = (isKept) => {
    if (!drag) return;
    const { grip, item, place } = drag;
    drag = null;
    clear();
    item.classList.remove("cx-dragged");
    if (!isKept || place === null) return;
    const form = moveForm(item, "place");
    form.querySelector("select").value = place;
    send(form, form.querySelector("button"), grip.id);
  };
  document.addEventListener("pointerup", () => drop(true));
  document.addEventListener("pointercancel", () => drop(false));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") drop(false); });

  prepare();
})();
