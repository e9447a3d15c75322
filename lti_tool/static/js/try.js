// Trying a rule: whatever is chosen or typed, the verdict beside it follows.

import { applyRegions } from "./api.js";

const form = document.querySelector("form[data-try]");
let timer = 0;
let asked = 0;

/** Ask for the page as the form stands, and take over what it says. */
async function judge() {
  const own = ++asked;
  const url = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
  let page;
  try {
    const answer = await fetch(url, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) return;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // the button asks again
  }
  if (own !== asked) return;
  applyRegions(Object.fromEntries([...page.querySelectorAll("form[data-try] [data-region]")].map((region) => [region.dataset.region, region.innerHTML])));
}

form?.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(judge, 250); });
