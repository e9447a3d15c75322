// Calls to the server, and the regions of the page that its answers bring up to date.

export class Offline extends Error {}

/** Send `body` as JSON (or raw, when it is a Blob) and return {status, body}. Throws Offline when nothing answers. */
export async function call(method, url, body, { headers = {}, keepalive = false } = {}) {
  const raw = body instanceof Blob;
  let response;
  try {
    response = await fetch(url, {
      method, keepalive, credentials: "same-origin", cache: "no-store",
      headers: {
        Accept: "application/json",
        "X-CSRF-Token": document.querySelector("meta[name=csrf-token]")?.content ?? "",
        ...(body === undefined ? {} : { "Content-Type": raw ? "application/octet-stream" : "application/json" }),
        ...headers,
      },
      body: body === undefined || raw ? body : JSON.stringify(body),
    });
  } catch {
    throw new Offline();
  }
  if (response.status === 429 || response.status >= 500) throw new Offline();
  return { status: response.status, body: await response.json().catch(() => ({})) };
}

export const backOff = (tries) => Math.min(60, 2 ** Math.min(tries, 6)) * 1000;
export const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

const shown = new WeakMap();

/** Replace what changed, and put the focus back where it was; what is the same is not read out again. */
export function applyRegions(regions = {}) {
  const focused = document.activeElement?.id;
  for (const [name, html] of Object.entries(regions)) {
    for (const region of document.querySelectorAll(`[data-region="${CSS.escape(name)}"]`)) {
      if (shown.get(region) === html || region.innerHTML === html) continue;
      shown.set(region, html);
      region.dispatchEvent(new CustomEvent("region:before", { bubbles: true }));
      region.innerHTML = html;
      region.dispatchEvent(new CustomEvent("region:after", { bubbles: true }));
    }
  }
  // What was moved from one region to another is there again only now.
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
}
