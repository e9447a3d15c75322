// Sends files in pieces that can be resumed, shows how far they are, and says at once when this browser cannot play one.

import { Offline, applyRegions, backOff, call, pause } from "./api.js";

const SMALLEST = 256 * 1024;
// As `size` in components/when.html counts them.
const inMegabytes = (bytes) => new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(bytes / 1024 ** 2);

/** true or false for video and audio, null for what is not played. */
async function canPlay(file) {
  const kind = file.type.split("/")[0];
  if (kind !== "video" && kind !== "audio") return null;
  const player = document.createElement(kind);
  if (!player.canPlayType(file.type)) return false;
  const address = URL.createObjectURL(file);
  try {
    return await new Promise((resolve) => {
      player.preload = "metadata";
      player.onloadedmetadata = () => resolve(kind === "audio" || player.videoWidth > 0);
      player.onerror = () => resolve(false);
      setTimeout(() => resolve(null), 8000);
      player.src = address;
    });
  } finally {
    player.removeAttribute("src");
    URL.revokeObjectURL(address);
  }
}

class Upload {
  #file; #zone; #row; #stopped = false; #url = "";

  /** Whether it is plainly not what is asked for. Kinds of video that browsers name differently are the server's to tell. */
  get #isOtherType() {
    const family = this.#file.type.split("/")[0];
    const families = (this.#zone.dataset.types ?? "").split(" ").filter(Boolean).map((type) => type.split("/")[0]);
    return families.length > 0 && family !== "" && !families.includes(family);
  }

  constructor(file, zone, list) {
    this.#file = file;
    this.#zone = zone;
    this.#row = document.querySelector("[data-upload-template]").content.firstElementChild.cloneNode(true);
    this.#part("[data-name]").textContent = file.name;
    this.#part("progress").ariaLabel = file.name;
    this.#part("[data-cancel]").addEventListener("click", () => this.#cancel());
    document.querySelector(`[data-unfinished="${CSS.escape(file.name)}"]`)?.remove();
    list.append(this.#row);
  }

  #part(selector) { return this.#row.querySelector(selector); }
  #say(words) { this.#part("[data-progress-text]").textContent = words; }
  #show(offset) {
    this.#part("progress").value = this.#file.size ? (100 * offset) / this.#file.size : 100;
    this.#say(this.#zone.dataset.textSending.replace("{done}", inMegabytes(offset)).replace("{all}", inMegabytes(this.#file.size)));
  }

  #fail(words) {
    this.#say(words || this.#zone.dataset.textFailed);
    this.#part("[data-progress-text]").classList.add("qf-error");
  }

  #warn(words) {
    const warning = document.createElement("p");
    warning.className = "qf-error";
    warning.textContent = words;
    this.#row.append(warning);
  }

  async #cancel() {
    this.#stopped = true;
    this.#row.remove();
    if (this.#url) await call("DELETE", this.#url).catch(() => {});
  }

  async run(onDone) {
    if (this.#file.size > Number(this.#zone.dataset.maximum)) { this.#fail(this.#zone.dataset.textLarge); return; }
    if (this.#isOtherType) { this.#fail(this.#zone.dataset.textType); return; }
    this.#show(0);
    const playable = await canPlay(this.#file);
    if (playable === false) {
      this.#warn(this.#zone.dataset.textUnplayable);
    }
    for (let tries = 1; !this.#stopped; tries += 1) {
      try {
        const begun = await call("POST", this.#zone.dataset.upload, { name: this.#file.name, size: this.#file.size, modified: this.#file.lastModified, playable, requirement: this.#zone.dataset.requirement ?? "" });
        if (begun.status >= 300) { this.#fail(begun.body.message); return; }
        this.#url = begun.body.url;
        if (!(await this.#sendFrom(begun.body.offset, begun.body.chunk_bytes)) || this.#stopped) return;
        const finished = await call("POST", `${this.#url}/finish`, {});
        if (finished.status >= 300) { this.#fail(finished.body.message); return; }
        this.#row.remove();
        onDone(finished.body);
        return;
      } catch (error) {
        if (!(error instanceof Offline)) throw error;
        this.#say(this.#zone.dataset.textWaiting);
        await pause(backOff(tries));
      }
    }
  }

  async #sendFrom(start, most) {
    let [offset, length] = [start, Math.min(SMALLEST, most)];
    while (offset < this.#file.size && !this.#stopped) {
      const begun = performance.now();
      const { status, body } = await call("PUT", this.#url, this.#file.slice(offset, offset + length), { headers: { "Upload-Offset": String(offset) } });
      if (status !== 200 && !(status === 409 && body.error === "offset")) { this.#fail(body.message); return false; }
      offset = body.offset;
      this.#show(offset);
      if (performance.now() - begun < 1500) length = Math.min(most, length * 2);
      else length = Math.max(SMALLEST, length / 2);
    }
    return true;
  }
}

export function uploads(autosave) {
  const queue = { last: Promise.resolve() };
  for (const zone of document.querySelectorAll("[data-upload]")) uploadsInto(zone, autosave, queue);
}

function uploadsInto(zone, autosave, queue) {
  const input = zone.querySelector("input[type=file]");
  const take = (files) => {
    for (const file of files) {
      const upload = new Upload(file, zone, document.getElementById(zone.dataset.list));
      queue.last = queue.last.then(() => upload.run(async (done) => {
        await autosave.flush();
        applyRegions(done.regions);
        autosave.adopt(done.revision);
      }));
    }
  };
  input.multiple = true;
  input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.toggleAttribute("data-over", kind === "dragover");
      if (kind === "drop") take([...event.dataTransfer.files]);
    });
  }
}
