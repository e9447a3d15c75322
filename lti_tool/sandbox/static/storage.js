// LTI platform storage: answers the tool's postMessages from this page's memory.
// Source: LTI Client Side postMessages 0.1 and LTI postMessage Storage 0.1.
const { storage, storageTarget, toolOrigin } = document.body.dataset;
const isHolder = storageTarget === "_parent" || window.name === storageTarget;
const held = new Map();
const MAXIMUM_ENTRIES = 64;
const MAXIMUM_CHARACTERS = 4096;

function refusal(code, message) {
  return { error: { code, message } };
}

function capabilities() {
  const frame = storageTarget === "_parent" ? {} : { frame: storageTarget };
  const subjects = ["lti.capabilities", "lti.put_data", "lti.get_data"];
  return { supported_messages: subjects.map((subject) => ({ subject, ...frame })) };
}

function put({ key, value }) {
  if (typeof key !== "string" || typeof value !== "string") {
    return refusal("bad_request", "key and value are strings");
  }
  const isFull = !held.has(key) && held.size >= MAXIMUM_ENTRIES;
  if (isFull || key.length + value.length > MAXIMUM_CHARACTERS) {
    return refusal("storage_exhaustion", "no room for this");
  }
  held.set(key, value);
  return { key, value };
}

function get({ key }) {
  return typeof key === "string"
    ? { key, value: held.get(key) ?? null }
    : refusal("bad_request", "key is a string");
}

function answer(message) {
  if (storage === "error") {
    return refusal("bad_request", "switched to errors at /control");
  }
  if (message.subject === "lti.capabilities") {
    return capabilities();
  }
  if (!isHolder) {
    return refusal("unsupported_subject", `send it to the frame ${storageTarget}`);
  }
  if (message.subject === "lti.put_data") {
    return put(message);
  }
  if (message.subject === "lti.get_data") {
    return get(message);
  }
  return refusal("unsupported_subject", "not known here");
}

window.addEventListener("message", ({ data, origin, source }) => {
  const isMessage = typeof data?.subject === "string" && data.subject.startsWith("lti.");
  if (origin !== toolOrigin || !isMessage || storage === "silent") {
    return;
  }
  const { subject, message_id } = data;
  source.postMessage({ subject: `${subject}.response`, message_id, ...answer(data) }, origin);
});
