// Saves a form as it is filled in. Text that has not reached the server is mirrored in this browser until it has;
// what was changed in two places is shown twice and never written over. The JSON contract: POST {revision, fields}.

import { Offline, applyRegions, backOff, call } from "./api.js";

const store = {
  read(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  write(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* storage is blocked: nothing was kept */ } },
};

function isSaved(field) {
  return Boolean(field.name) && !["hidden", "submit", "button", "file", "fieldset"].includes(field.type)
    && !field.disabled && !("notSaved" in field.dataset);
}

export class Autosave {
  #form; #url; #key; #revision; #timer = 0; #running = null; #tries = 0; #leaving = false; #stopped = false;
  #base = new Map(); #conflicts = new Set(); #refused = new Map();

  constructor(form) {
    this.#form = form;
    this.#url = form.dataset.autosave;
    this.#key = `quatrefoil:${form.dataset.key}`;
    this.#setRevision(Number(form.dataset.revision));
    this.#learn(form);
    this.#restore();
    form.addEventListener("input", (event) => this.#changed(event.target, 900));
    form.addEventListener("change", (event) => this.#changed(event.target, 0));
    form.addEventListener("submit", (event) => this.#submit(event));
    document.addEventListener("region:before", (event) => this.#before(event.target));
    document.addEventListener("region:after", (event) => this.#after(event.target));
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.flush({ keepalive: true }); });
    window.addEventListener("online", () => this.flush());
    window.addEventListener("beforeunload", (event) => { if (!this.#leaving && this.dirty().length) event.preventDefault(); });
  }

  // Fields: what the page holds, and what the server is known to hold.

  #fields(root = this.#form) { return [...root.querySelectorAll("input, textarea, select")].filter(isSaved); }
  #named(name) { return this.#fields().filter((field) => field.name === name); }

  #valueOf(name, initially = false) {
    const fields = this.#named(name);
    const on = (field) => (initially ? field.defaultChecked : field.checked);
    if (["radio", "checkbox"].includes(fields[0]?.type)) return fields.find(on)?.value ?? "";
    if (fields[0]?.type === "select-one" && initially) {
      return ([...fields[0].options].find((option) => option.defaultSelected) ?? fields[0].options[0])?.value ?? "";
    }
    return (initially ? fields[0]?.defaultValue : fields[0]?.value) ?? "";
  }

  #setValue(name, value) {
    for (const field of this.#named(name)) {
      if (["radio", "checkbox"].includes(field.type)) field.checked = field.value === value;
      else field.value = value;
    }
    this.#named(name)[0]?.dispatchEvent(new Event("value:set", { bubbles: true }));
  }

  #learn(root) { for (const field of this.#fields(root)) this.#base.set(field.name, this.#valueOf(field.name, true)); }

  dirty() {
    const names = new Set(this.#fields().map((field) => field.name));
    return [...names].filter((name) => this.#valueOf(name) !== (this.#base.get(name) ?? ""));
  }

  #setRevision(revision) {
    this.#revision = revision;
    const hidden = this.#form.elements.namedItem("revision");
    if (hidden) hidden.value = revision;
  }

  // The mirror in this browser.

  #mirror() {
    const names = this.dirty();
    if (!names.length) { store.drop(this.#key); return true; }
    const fields = Object.fromEntries(names.map((name) => [name, { value: this.#valueOf(name), base: this.#base.get(name) ?? "" }]));
    return store.write(this.#key, { fields });
  }

  #restore() {
    const kept = store.read(this.#key)?.fields ?? {};
    let restored = false;
    for (const [name, { value, base }] of Object.entries(kept)) {
      if (!this.#named(name).length || value === this.#base.get(name)) continue;
      const theirs = this.#base.get(name);
      this.#setValue(name, value);
      if (theirs !== base) this.#conflict(name, theirs);
      restored = true;
    }
    if (restored) this.#reveal("[data-save-restored]");
    if (this.dirty().length) this.#schedule(0);
    else store.drop(this.#key);
  }

  // Saving.

  #changed(field, delay) {
    if (!isSaved(field) || this.#base.get(field.name) === undefined) return;
    this.#refuse(field.name, "");
    this.#mirror();
    this.#schedule(delay);
  }

  #schedule(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), delay);
  }

  /** Send all that is unsent; true when the server has everything. */
  async flush({ keepalive = false } = {}) {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running;
    if (this.#stopped) return false;
    this.#running = this.#send(keepalive).finally(() => { this.#running = null; });
    return this.#running;
  }

  async #send(keepalive) {
    for (let round = 0; round < 4; round += 1) {
      const names = this.dirty().filter((name) => !this.#conflicts.has(name) && !this.#refused.has(name));
      if (!names.length) break;
      const fields = Object.fromEntries(names.map((name) => [name, this.#valueOf(name)]));
      this.#status("saving");
      let answer;
      try {
        answer = await call("POST", this.#url, { revision: this.#revision, fields }, { keepalive });
      } catch (error) {
        if (!(error instanceof Offline)) throw error;
        this.#status(this.#mirror() ? "kept" : "only");
        this.#tries += 1;
        this.#schedule(backOff(this.#tries));
        return false;
      }
      if (!this.#settle(answer, fields)) return false;
    }
    const done = !this.dirty().length;
    if (!this.#stopped && !done && !this.#refused.size) this.#status(this.#mirror() ? "kept" : "only");
    return done;
  }

  /** Take the server's answer in; false when it is no use to go on. */
  #settle({ status, body }, sent) {
    this.#tries = 0;
    if (status === 200) {
      for (const [name, value] of Object.entries(sent)) this.#base.set(name, value);
      this.#setRevision(body.revision);
      this.#catchUp(body.fields);
      applyRegions(body.regions);
      this.#mirror();
      this.#status(this.#refused.size ? "refused" : "saved", body.saved_at);
      return true;
    }
    if (status === 409 && body.error === "stale") {
      this.#setRevision(body.revision);
      // Every stored field comes back: a field that nobody touched here catches up, so that
      // this page does not write its old text over a newer one with the revision it just took.
      this.#catchUp(body.fields);
      applyRegions(body.regions);
      return true;
    }
    if (status === 422 && body.fields) {
      for (const [name, { message }] of Object.entries(body.fields)) this.#refuse(name, message);
      this.#status("refused");
      return Object.keys(sent).some((name) => !this.#refused.has(name));
    }
    this.#stopped = true;
    const kept = this.#mirror();
    if (status === 401) {
      this.#status("ended");
      const notice = this.#reveal("[data-save-ended]");
      if (notice && !kept) { notice.querySelector("[data-kept]").hidden = true; notice.querySelector("[data-lost]").hidden = false; }
    } else {
      this.#status(kept ? "kept" : "only");
      this.#reveal("[data-save-closed]");
    }
    return false;
  }

  /** Show what others have saved, unless something else was typed here. */
  #catchUp(fields = {}) {
    for (const [name, theirs] of Object.entries(fields)) {
      if (!this.#named(name).length) continue;
      const mine = this.#valueOf(name);
      const known = this.#base.get(name);
      this.#base.set(name, theirs);
      if (theirs === known || theirs === mine) continue;
      if (mine === known) this.#setValue(name, theirs);
      else this.#conflict(name, theirs);
    }
  }

  /** Say that the page is open, and take in what others saved meanwhile. */
  async beat() {
    if (this.#running || this.#stopped || this.dirty().length) return;
    this.#running = this.#ask().finally(() => { this.#running = null; });
    await this.#running;
  }

  async #ask() {
    try {
      return this.#settle(await call("POST", this.#url, { revision: this.#revision, fields: {} }), {});
    } catch (error) {
      if (!(error instanceof Offline)) throw error; // the next beat tries again
      return false;
    }
  }

  async #submit(event) {
    if (this.#leaving) return;
    event.preventDefault();
    const button = event.submitter;
    if (!(await this.flush()) && this.dirty().some((name) => !this.#refused.has(name))) {
      document.querySelector("[data-conflict]:not([hidden]), [data-save-ended]:not([hidden])")?.scrollIntoView({ block: "center" });
      return;
    }
    this.#leaving = true;
    // A form that still fires its submit event ignores this, and the button would seem dead.
    setTimeout(() => this.#form.requestSubmit(button));
    setTimeout(() => { this.#leaving = false; }, 3000);
  }

  // What the reader sees.

  #status(state, savedAt) {
    for (const line of document.querySelectorAll("[data-save-status]")) {
      line.dataset.state = state;
      line.ariaLive = ["kept", "only", "refused", "ended"].includes(state) ? "polite" : "off";
      const words = line.dataset[`text${state[0].toUpperCase()}${state.slice(1)}`];
      const time = savedAt ? new Date(savedAt).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" }) : "";
      line.querySelector("[data-save-text]").textContent = `${words} ${time}`.trim();
    }
  }

  #reveal(selector) {
    const notice = document.querySelector(selector);
    if (notice) notice.hidden = false;
    return notice;
  }

  #refuse(name, message) {
    if (message) this.#refused.set(name, message);
    else if (!this.#refused.delete(name)) return;
    for (const field of this.#named(name)) field.ariaInvalid = message ? "true" : "false";
    const line = document.querySelector(`[data-error-for="${CSS.escape(name)}"]`);
    if (line) { line.hidden = !message; line.querySelector("span").textContent = message; }
  }

  #conflict(name, theirs) {
    document.querySelector(`[data-conflict="${CSS.escape(name)}"]`)?.remove();
    this.#conflicts.add(name);
    const box = document.querySelector("[data-conflict-template]").content.firstElementChild.cloneNode(true);
    const field = this.#named(name)[0];
    const group = field.closest("fieldset");
    const said = (value) => this.#named(name).find((one) => one.type === "radio" && one.value === value)?.parentElement.textContent.trim() ?? value;
    box.dataset.conflict = name;
    box.querySelector("[data-theirs]").textContent = said(theirs);
    box.querySelector("[data-conflict-buttons]").hidden = false;
    box.addEventListener("click", ({ target }) => {
      const keep = target.closest("[data-keep]")?.dataset.keep;
      if (!keep) return;
      this.#base.set(name, theirs);
      if (keep === "theirs") this.#setValue(name, theirs);
      this.#conflicts.delete(name);
      box.remove();
      field.focus();
      this.#mirror();
      this.flush();
    });
    (field.closest(".qf-field") ?? group ?? field).before(box);
  }

  // A region that comes anew keeps what was typed into it meanwhile.

  #typed = new Map();
  #before(region) {
    const unsent = new Set(this.dirty());
    this.#typed = new Map(this.#fields(region).filter((field) => unsent.has(field.name)).map((field) => [field.name, this.#valueOf(field.name)]));
  }

  #after(region) {
    this.#learn(region);
    for (const [name, value] of this.#typed) this.#setValue(name, value);
    if (this.#typed.size) this.#schedule(0);
  }

  adopt(revision) { if (revision) this.#setRevision(revision); }
}
