// Counts words as they are typed, and says on the phone's bar how much is missing.

import { wordCount } from "./words.js";

/** Bring the counts of all pools up to date that the field `name` is one of. */
function countPools(form, name) {
  for (const line of form.querySelectorAll("[data-pool]")) {
    const names = line.dataset.pool.split(" ");
    if (!names.includes(name)) continue;
    const words = names.map((one) => wordCount(form.elements.namedItem(one)?.value ?? ""));
    line.querySelector("[data-count]").textContent = words.reduce((sum, one) => sum + one, 0);
  }
}

export function wordCounts(form) {
  const update = ({ target }) => {
    const line = target.dataset?.words && document.getElementById(target.dataset.words);
    if (!line) return;
    line.querySelector("[data-count]").textContent = wordCount(target.value);
    countPools(form, target.name);
  };
  form.addEventListener("input", update);
  form.addEventListener("value:set", update);
}

export function checklistOnBar() {
  const link = document.querySelector(".qf-dock a");
  if (!link) return;
  const words = link.textContent;
  const update = () => {
    const missing = document.querySelectorAll('[data-region="checklist"] [data-state="open"]').length;
    link.textContent = missing ? `${words} (${missing})` : document.querySelector("[data-checklist-count]")?.textContent ?? words;
  };
  document.addEventListener("region:after", update);
  update();
}
