// How this browser remembers a login inside a course page: the platform's storage (LTI postMessage) or our cookie;
// where neither works, a window of its own. Follows "LTI Client Side postMessages" and "LTI PostMessage Storage".

import { call } from "./api.js";

const NO_COOKIE = "no cookie";
const PATIENCE = 1500; // milliseconds; mobile apps of Canvas name a storage target and never answer

function frameOf(target) {
  const holder = window.opener ?? (window.parent === window ? null : window.parent);
  if (!holder || !target) return null;
  if (target === "_parent") return holder;
  try { return holder.frames[target] ?? holder; } catch { return holder; }
}

function ask(frame, origin, message) {
  const id = crypto.randomUUID();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("silence")), PATIENCE);
    window.addEventListener("message", function listen(event) {
      const isOurs = event.origin === origin && event.source === frame && event.data?.message_id === id
        && event.data?.subject === `${message.subject}.response`;
      if (!isOurs) return;
      window.removeEventListener("message", listen);
      clearTimeout(timer);
      if (event.data.error) reject(new Error(event.data.error.code));
      else resolve(event.data);
    });
    frame.postMessage({ ...message, message_id: id }, origin);
  });
}

async function inStorage(data, message) {
  const frame = frameOf(data.storageTarget);
  if (!frame) throw new Error("no storage");
  return ask(frame, data.storageOrigin, { ...message, key: data.storageKey });
}

async function hasCookie(url) {
  const { body } = await call("GET", url);
  if (!body.cookie) throw new Error(NO_COOKIE);
}

// What stands there from the beginning is announced when it changes.
function say(place, state) {
  const title = place.dataset[`${state}Title`];
  place.querySelector("h1").textContent = title;
  place.querySelector("[data-advice]").textContent = place.dataset[state];
  document.title = [title, ...document.title.split(" · ").slice(1)].join(" · ");
}

const login = document.querySelector("[data-login]");
if (login) {
  const data = login.dataset;
  try {
    await Promise.any([inStorage(data, { subject: "lti.put_data", value: data.storageValue }), hasCookie(data.cookieCheckUrl)]);
    window.location.replace(data.authorizationUrl);
  } catch (error) {
    // Another window would be refused as this one is.
    const isRefused = window.parent === window && error.errors?.some((one) => one.message === NO_COOKIE);
    say(login, isRefused ? "refused" : "blocked");
    login.querySelector("[data-window]").hidden = isRefused;
  }
}

const launch = document.querySelector("[data-storage-launch]");
if (launch) {
  try {
    launch.elements.value.value = (await inStorage(launch.dataset, { subject: "lti.get_data" })).value;
    launch.submit();
  } catch {
    say(launch.closest("[data-blocked]"), "blocked");
  }
}
