// Shows what `checks.js` finds. Every text of a credential is set as text, never as markup.
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("kit").textContent);
  const { words } = data;
  const find = (id) => document.getElementById(id);
  let kit;

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // Words with places: "{day}" becomes what is given; a place never becomes markup.
  const fill = (text, values) => text.split(/\{(\w+)\}/).map((part, at) => (at % 2 ? values?.[part] ?? "" : part));
  const text = (value) => (typeof value === "string" ? value : "");
  const isolated = (value) => element("bdi", {}, text(value));

  function when(instant, style) {
    const date = new Date(instant);
    if (Number.isNaN(date.getTime())) return text(instant);
    const shown = date.toLocaleString(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC", ...style });
    return element("time", { datetime: date.toISOString() }, style ? `${shown} UTC` : shown);
  }
  const day = (instant) => when(instant);
  const minute = (instant) => when(instant, { timeStyle: "short" });

  function checkItem({ code, state, why }) {
    const said = element("p", {}, `${words.checks[code]}: `, element("strong", {}, words.states[state]));
    const item = element("li", { "data-state": state }, said);
    if (why) item.append(element("p", { class: "soft" }, words.reasons[why] ?? words.reasons.malformed, " ", element("code", {}, why)));
    return item;
  }

  const checkList = (checks) => element("ul", { class: "checks" }, ...checks.map(checkItem));

  function facts(found) {
    const { document: credential } = found, subject = credential.credentialSubject, achievement = subject.achievement ?? {};
    const issuer = QuatrefoilKit.isObject(credential.issuer) ? credential.issuer : { id: credential.issuer };
    const named = QuatrefoilKit.list(subject.identifier).find((one) => one?.identityType === "name" && one.hashed === false);
    return {
      title: text(achievement.name), name: text(named?.identityHash) || text(subject.id), description: text(achievement.description),
      issuer: text(issuer.name) || text(issuer.id), issuerId: text(issuer.id), id: text(credential.id),
      given: credential.awardedDate ?? credential.validFrom, until: credential.validUntil, results: results(subject, achievement),
    };
  }

  function results(subject, achievement) {
    const described = QuatrefoilKit.list(achievement.resultDescription).filter(QuatrefoilKit.isObject);
    return described.flatMap((one) => {
      const result = QuatrefoilKit.list(subject.result).find((given) => given?.resultDescription === one.id);
      const level = QuatrefoilKit.list(one.rubricCriterionLevel).find((given) => given?.id === result?.achievedLevel);
      return result ? [[text(one.name), text(level?.name) || text(result.value)]] : [];
    });
  }

  function showFacts(found) {
    const list = find("facts");
    list.replaceChildren();
    find("says").hidden = !found.document;
    if (!found.document) return;
    const shown = facts(found);
    const add = (name, ...value) => list.append(element("dt", {}, name), element("dd", {}, ...value));
    find("description").textContent = shown.description;
    for (const [name, level] of shown.results) add(name, isolated(level));
    add(words.facts.given, day(shown.given));
    if (shown.until) add(words.facts.until, day(shown.until));
    add(words.facts.issuer, isolated(shown.issuerId));
    add(words.facts.id, isolated(shown.id));
    if (found.print) add(words.facts.key, element("code", {}, found.print));
  }

  function showComponents(components) {
    find("components").hidden = !components.length;
    find("component-list").replaceChildren(...components.map((one) => {
      const holds = one.checks.every(({ state }) => state === "passed"), fails = one.checks.some(({ state }) => state === "failed");
      const state = holds ? "passed" : fails ? "failed" : "unknown";
      const title = one.document ? facts(one).title : text(one.title);
      return element("details", { "data-state": state, open: fails || one.savedAt ? "" : undefined },
        element("summary", {}, isolated(title), ": ", element("strong", {}, words.components[state])), checkList(one.checks),
        ...(one.savedAt ? [element("p", { class: "soft" }, ...fill(words.elsewhere, { day: minute(one.savedAt) }))] : []));
    }));
  }

  function showDates(found) {
    const given = [...kit.issuers.values()].some((one) => one.isGiven);
    find("issuer-date").replaceChildren(...fill(given ? words.issuerGiven : words.issuerSaved, { day: minute(kit.savedAt) }));
    find("status-date").replaceChildren(...fill(found.asOf ? words.statusAsOf : words.statusUnknown, { day: found.asOf && minute(found.asOf) }));
  }

  function wait() {
    find("hero").dataset.status = "waiting";
    find("verdict").textContent = words.verdicts.waiting;
    find("sentence").textContent = words.sentences.waiting;
    document.title = find("title").textContent = words.anyBadge;
    find("newer-title").textContent = words.give;
    showDates({});
  }

  async function check() {
    if (!kit.credential) { wait(); return; }
    const found = await QuatrefoilKit.examine(kit, Date.now());
    const shown = found.document ? facts(found) : null;
    const title = shown?.title || words.untitled;
    find("hero").dataset.status = found.status;
    find("verdict").textContent = words.verdicts[found.status];
    const sentence = shown ? words.sentences[found.status] : words.sentences.nobody;
    find("sentence").replaceChildren(...fill(sentence, shown && {
      issuer: isolated(shown.issuer), name: isolated(shown.name), title: isolated(shown.title), day: day(shown.given), asOf: found.asOf ? day(found.asOf) : "",
    }));
    find("title").textContent = title;
    document.title = `${words.verdicts[found.status]}: ${title}`;
    find("checks").replaceChildren(checkList(found.checks));
    find("checked").hidden = false;
    showDates(found);
    showFacts(found);
    showComponents(found.components);
  }

  async function take(files) {
    const told = [];
    for (const file of files) {
      let outcome, state = "passed";
      try {
        outcome = words.taken[await QuatrefoilKit.accept(await file.text(), kit, Date.now())];
      } catch (error) {
        outcome = `${words.notTaken} ${words.reasons[error.why] ?? words.reasons.not_understood}`;
        state = "failed";
      }
      told.push(element("p", { "data-state": state }, isolated(file.name), ": ", outcome));
    }
    await check();
    find("told").replaceChildren(...told);
  }

  function listen() {
    const drop = find("drop"), input = find("newer");
    input.addEventListener("change", () => { take([...input.files]); });
    for (const name of ["dragover", "drop"]) {
      // Anywhere on the page: a file dropped beside the place would replace the page.
      document.addEventListener(name, (event) => { event.preventDefault(); });
    }
    drop.addEventListener("drop", (event) => { take([...event.dataTransfer.files]); });
    for (const [name, isOver] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
      drop.addEventListener(name, () => { drop.toggleAttribute("data-over", isOver); });
    }
  }

  if (!globalThis.crypto?.subtle || !globalThis.DecompressionStream) {
    find("hero").dataset.status = "broken";
    find("verdict").textContent = words.verdicts.unable;
    find("sentence").textContent = words.sentences.unable;
    return;
  }
  kit = QuatrefoilKit.open(data);
  listen();
  check();
})();
