// The editor of a badge: saves as it is typed, speaks beside the fields, and tells of others at work.

import { Autosave } from "./autosave.js";

const BEAT = 20_000;

/** Put what the list says of places beside their fields; what it no longer says goes. */
function speakBesideFields(list) {
  const said = new Map();
  for (const item of list.querySelectorAll("li[data-place]")) {
    const { place, severity } = item.dataset;
    said.set(place, [...(said.get(place) ?? []), { severity, words: item.querySelector("[data-words]").textContent, icon: severity === "notice" ? "info" : "alert" }]);
  }
  const icons = document.getElementById("finding-icons").content;
  for (const box of document.querySelectorAll("[data-findings]")) {
    const findings = said.get(box.dataset.findings) ?? [];
    const lines = findings.map(({ severity, words, icon }) => {
      const line = document.createElement("p");
      line.className = `qf-finding qf-finding-${severity}`;
      line.append(icons.querySelector(`[data-icon=${icon}] svg`).cloneNode(true), Object.assign(document.createElement("span"), { textContent: words }));
      return line;
    });
    box.replaceChildren(...lines);
    const field = document.getElementById(box.dataset.findings);
    if (field?.matches("input, textarea, select")) field.ariaInvalid = findings.some(({ severity }) => severity === "error") ? "true" : null;
  }
}

const form = document.querySelector("form[data-autosave]");
if (form) {
  const saving = new Autosave(form);
  document.addEventListener("region:after", ({ target }) => { if (target.dataset.region === "problems") speakBesideFields(target); });
  // Some choices change which fields there are: the form is sent, and the page comes back at its place.
  form.addEventListener("change", ({ target }) => {
    if (!target.dataset.submits) return;
    const button = Object.assign(document.createElement("button"), { name: "action", value: target.dataset.submits, hidden: true });
    form.append(button);
    form.requestSubmit(button);
  });
  setInterval(() => { if (!document.hidden) saving.beat(); }, BEAT);
}
