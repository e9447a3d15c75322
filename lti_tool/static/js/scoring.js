// Scoring: every click is saved at once, keys work inside the rubric, and the claim is renewed while the page is seen.

import { Offline, applyRegions, call } from "./api.js";
import { Autosave } from "./autosave.js";
import "./locator.js";

const MINUTE = 60_000;

function choose(criterion, focused, key) {
  const task = focused.closest(".qf-task") ?? null;
  const inputs = [...(task ?? criterion).querySelectorAll(task ? "input[type=radio]" : "input[data-key]")];
  const wanted = inputs.find((input) => (task ? input.value : input.dataset.key) === key);
  wanted?.focus();
  wanted?.click();
  return Boolean(wanted);
}

function move(criterion, step) {
  const all = [...document.querySelectorAll("[data-criterion]")];
  const next = all[all.indexOf(criterion) + step];
  next?.scrollIntoView({ block: "nearest" });
  (next?.querySelector("input:checked") ?? next?.querySelector("input[type=radio]") ?? next)?.focus();
  return Boolean(next);
}

function onKey(event) {
  const criterion = event.target.closest("[data-criterion]");
  if (!criterion || event.ctrlKey || event.metaKey || event.altKey) return;
  const isWriting = event.target.matches("textarea, select, input:not([type=radio])");
  if (isWriting) {
    if (event.key === "Escape") (criterion.querySelector("input:checked, input[type=radio]") ?? criterion).focus();
    return;
  }
  const keys = {
    n: () => move(criterion, 1),
    p: () => move(criterion, -1),
    c: () => { criterion.querySelector("[data-comment]")?.focus(); return true; },
    r: () => { document.querySelector("[data-release]")?.click(); return true; },
  };
  const done = /^[0-9]$/u.test(event.key) ? choose(criterion, event.target, event.key) : keys[event.key]?.();
  if (done) event.preventDefault();
}

async function renewClaim(url) {
  if (document.hidden) return;
  try {
    applyRegions((await call("POST", url, {})).body.regions);
  } catch (error) {
    if (!(error instanceof Offline)) throw error; // the next minute tries again
  }
}

const form = document.querySelector("form[data-autosave]");
if (form) {
  new Autosave(form);
  document.addEventListener("keydown", onKey);
  setInterval(() => renewClaim(form.dataset.claim), MINUTE);
}
