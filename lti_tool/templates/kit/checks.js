// What the page of an offline kit checks, with nothing but the browser's own cryptography. No DOM.
//
// The same rules as `badges/verification.py` has for a VC-JWT: the claims of Open Badges 3.0 (8.2.4.1),
// a key that the issuer's document lists under assertionMethod, a Bitstring Status List of the same issuer.
// It differs in one thing: a status list whose days are over is no failure here but "unknown", as this
// page is made to be opened years later; it says as of when it knows the status.
"use strict";

const QuatrefoilKit = (() => {
  const ALGORITHMS = {
    RS256: { kty: "RSA", members: ["e", "kty", "n"], import: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } },
    ES256: { kty: "EC", members: ["crv", "kty", "x", "y"], import: { name: "ECDSA", namedCurve: "P-256" } },
  };
  const JWT_TYPES = [undefined, "JWT", "vc+jwt", "vc+ld+jwt"];
  const MIRRORED = ["iss", "jti", "sub", "nbf", "exp"];
  const CLAIMS = [...MIRRORED, "iat"];
  const SKEW_SECONDS = 60;
  const FEWEST_BYTES = 131072 / 8, MOST_BYTES = 16777216 / 8;
  const RSA_BITS = { fewest: 2048, most: 8192 };
  const MOST_TEXT = 1000000;
  const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

  class Failed extends Error {
    constructor(why) { super(why); this.why = why; }
  }
  const need = (holds, why) => { if (!holds) throw new Failed(why); };

  const utf8 = (text) => new TextEncoder().encode(text);
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
  const without = (value, names) => Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

  function bytesOf(text, why) {
    need(typeof text === "string" && /^[A-Za-z0-9_-]+$/.test(text) && text.length % 4 !== 1, why);
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  }
  const base64url = (bytes) =>
    btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const digest = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

  function parseObject(text, why) {
    need(typeof text === "string" && text.length <= MOST_TEXT, why);
    let value;
    try { value = JSON.parse(text); } catch { throw new Failed(why); }
    need(isObject(value), why);
    return value;
  }

  function parseToken(text) {
    need(typeof text === "string" && text.length <= MOST_TEXT, "jwt_parts");
    const token = text.trim(), parts = token.split(".");
    need(parts.length === 3, "jwt_parts");
    const decode = (part) => {
      try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOf(part, "jwt_parts"));
      } catch { throw new Failed("jwt_parts"); }
    };
    const [header, payload] = parts.slice(0, 2).map((part) => parseObject(decode(part), "jwt_json"));
    need(Object.hasOwn(ALGORITHMS, header.alg) && JWT_TYPES.includes(header.typ), "jwt_header");
    need(typeof header.kid === "string" && !("crit" in header) && !("vc" in payload), "jwt_header");
    return {
      header, payload,
      document: without(payload, CLAIMS),
      signed: utf8(`${parts[0]}.${parts[1]}`),
      signature: bytesOf(parts[2], "jwt_parts"),
    };
  }

  const issuerOf = (document) => (isObject(document.issuer) ? document.issuer.id : document.issuer);

  function seconds(instant) {
    need(typeof instant === "string" && INSTANT.test(instant), "claim_dates");
    const milliseconds = Date.parse(instant);
    need(Number.isFinite(milliseconds), "claim_dates");
    return Math.floor(milliseconds / 1000);
  }

  function checkClaims({ payload, document }) {
    const expected = {
      iss: issuerOf(document), jti: document.id, sub: document.credentialSubject?.id, nbf: seconds(document.validFrom),
      exp: "validUntil" in document ? seconds(document.validUntil) : undefined,
    };
    for (const name of MIRRORED) need(payload[name] === expected[name], `claim_${name}`);
    need(["iss", "jti", "sub"].every((name) => typeof payload[name] === "string"), "claim_missing");
  }

  function checkDates(document, now) {
    need(seconds(document.validFrom) <= now / 1000 + SKEW_SECONDS, "not_yet_valid");
    need(!("validUntil" in document) || seconds(document.validUntil) > now / 1000, "expired");
  }

  // The issuer's document: which of its keys it vouches for, and what those are called.

  function methodsOf(did) {
    const listed = list(did.assertionMethod), embedded = listed.filter(isObject);
    const absolute = (id) => (typeof id === "string" && id.startsWith("#") ? did.id + id : id);
    const methods = new Map();
    for (const method of [...list(did.verificationMethod), ...embedded]) {
      need(isObject(method) && typeof method.id === "string", "issuer_document_malformed");
      need(!methods.has(absolute(method.id)), "issuer_document_malformed");
      methods.set(absolute(method.id), method);
    }
    return { methods, vouched: new Set(listed.map((one) => absolute(isObject(one) ? one.id : one))) };
  }

  async function thumbprint(jwk) {
    const kind = Object.values(ALGORITHMS).find((one) => one.kty === jwk.kty);
    if (!kind || !kind.members.every((name) => typeof jwk[name] === "string")) return null;
    return base64url(await digest(utf8(JSON.stringify(Object.fromEntries(kind.members.map((name) => [name, jwk[name]]))))));
  }

  async function findKey({ header }, did, now) {
    const { methods, vouched } = methodsOf(did);
    const last = header.kid.slice(header.kid.lastIndexOf("/") + 1);
    for (const [id, method] of methods) {
      const jwk = method.publicKeyJwk;
      if (!isObject(jwk) || !["JsonWebKey", "JsonWebKey2020"].includes(method.type)) continue;
      const print = await thumbprint(jwk);
      if (print === null || (id !== header.kid && print !== last)) continue;
      need(!("revoked" in method), "key_revoked");
      need(vouched.has(id) && method.controller === did.id, "key_not_vouched_for");
      need(!("expires" in method) || Date.parse(method.expires) > now, "key_not_vouched_for");
      return { key: await importKey(jwk, header.alg), print };
    }
    throw new Failed("key_not_vouched_for");
  }

  async function importKey(jwk, name) {
    const kind = ALGORITHMS[name];
    need(jwk.kty === kind.kty && [undefined, "sig"].includes(jwk.use) && [undefined, name].includes(jwk.alg), "key_algorithm");
    if (kind.kty === "RSA") {
      const bits = bytesOf(jwk.n, "key_malformed").length * 8;
      need(RSA_BITS.fewest <= bits && bits <= RSA_BITS.most, "key_malformed");
    }
    const members = Object.fromEntries(kind.members.map((one) => [one, jwk[one]]));
    try {
      return await crypto.subtle.importKey("jwk", members, kind.import, false, ["verify"]);
    } catch { throw new Failed("key_malformed"); }
  }

  async function checkSignature({ header, signature, signed }, key) {
    const how = header.alg === "ES256" ? { name: "ECDSA", hash: "SHA-256" } : { name: "RSASSA-PKCS1-v1_5" };
    need(await crypto.subtle.verify(how, key, signature, signed), "signature");
  }

  // Status lists.

  async function unpack(encoded) {
    need(typeof encoded === "string" && encoded.startsWith("u"), "list_malformed");
    const source = new Blob([bytesOf(encoded.slice(1), "list_malformed")]).stream().pipeThrough(new DecompressionStream("gzip"));
    const bits = new Uint8Array(MOST_BYTES);
    let length = 0;
    try {
      for (const reader = source.getReader(); ;) {
        const { done, value } = await reader.read();
        if (done) break;
        need(length + value.length <= MOST_BYTES, "list_malformed");
        bits.set(value, length);
        length += value.length;
      }
    } catch { throw new Failed("list_malformed"); }
    need(length >= FEWEST_BYTES, "list_malformed");
    return bits.subarray(0, length);
  }

  function statusEntry(document) {
    const entry = document.credentialStatus;
    need(
      isObject(entry) && entry.type === "BitstringStatusListEntry" && entry.statusPurpose === "revocation" &&
      (entry.statusSize ?? 1) === 1 && typeof entry.statusListCredential === "string" &&
      /^(0|[1-9][0-9]{0,8})$/.test(entry.statusListIndex), "status_not_supported");
    return { url: entry.statusListCredential, index: Number(entry.statusListIndex) };
  }

  const isList = (document) => list(document.type).includes("BitstringStatusListCredential");

  async function openList(text, url, issuer, did, now) {
    const token = parseToken(text), { document } = token, subject = document.credentialSubject;
    need(isList(document) && issuerOf(document) === issuer && document.id === url, "another_issuer_or_list");
    need(subject?.type === "BitstringStatusList" && subject.statusPurpose === "revocation", "list_malformed");
    const { key } = await findKey(token, did, now);
    await checkSignature(token, key);
    checkClaims(token);
    need(seconds(document.validFrom) <= now / 1000 + SKEW_SECONDS, "list_not_yet_valid");
    return { asOf: document.validFrom, until: document.validUntil, bits: await unpack(subject.encodedList) };
  }

  // One credential, check by check. What a failed check makes meaningless is "skipped".

  async function examine({ token, document, binding }, kit, now) {
    const checks = [], facts = {};
    let stopped = false;
    const run = async (code, act) => {
      if (stopped) { checks.push({ code, state: "skipped" }); return; }
      try {
        const found = await act();
        checks.push({ code, state: "passed", ...found });
      } catch (error) {
        // What nobody foresaw is no credential either: a failed check, never a page that stops.
        checks.push({ code, state: "failed", why: error instanceof Failed ? error.why : "malformed" });
        stopped = !["dates", "list", "status", "json", "bound"].includes(code);
      }
    };
    let read, did, key, opened;
    await run("form", () => {
      read = parseToken(token);
      need(isObject(read.document.credentialSubject) && list(read.document.type).includes("VerifiableCredential"), "wrong_shape");
    });
    await run("issuer", () => {
      did = kit.issuers.get(issuerOf(read.document))?.document;
      need(did, "another_issuer");
    });
    await run("key", async () => {
      const found = await findKey(read, did, now);
      key = found.key;
      facts.print = found.print;
    });
    await run("signature", () => checkSignature(read, key));
    await run("claims", () => checkClaims(read));
    const isGenuine = !stopped;
    await run("dates", () => checkDates(read.document, now));
    if (document !== undefined) {
      await run("json", () => {
        const other = without(parseObject(document, "other_facts"), ["proof"]);
        need(sameValue(other, read.document), "other_facts");
      });
    }
    if (binding !== undefined) {
      await run("bound", async () => {
        const whole = base64url(Uint8Array.of(0x12, 0x20, ...(await digest(utf8(document)))));
        need(binding === `u${whole}`, "another_component");
      });
    }
    await run("list", async () => {
      const { url } = statusEntry(read.document), held = kit.lists.get(url);
      need(held, "list_missing");
      opened = await openList(held.token, url, issuerOf(read.document), did, now);
      facts.asOf = opened.asOf;
      facts.listUntil = opened.until;
      if (opened.until !== undefined && seconds(opened.until) <= now / 1000) return { state: "unknown", why: "list_expired" };
      return {};
    });
    if (opened) {
      await run("status", () => {
        const { index } = statusEntry(read.document);
        need(index < opened.bits.length * 8, "status_not_supported");
        need(!(opened.bits[index >> 3] & (0x80 >> (index & 7))), "revoked");
      });
    } else {
      checks.push({ code: "status", state: "skipped" });
    }
    return { checks, ...facts, document: isGenuine ? read.document : null };
  }

  function sameValue(one, other) {
    if (Array.isArray(one)) return Array.isArray(other) && one.length === other.length && one.every((item, at) => sameValue(item, other[at]));
    if (!isObject(one) || !isObject(other)) return one === other;
    const names = Object.keys(one);
    return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && sameValue(one[name], other[name]));
  }

  // A credential with the components that it names by digest.

  async function examineAll(kit, now) {
    const whole = await examine(kit.credential, kit, now);
    const related = whole.document ? list(whole.document.relatedResource) : [];
    const components = [];
    for (const resource of related) {
      const held = kit.components.find((one) => (one.url ?? idOf(one.document)) === resource?.id);
      const bound = { ...held, binding: resource?.digestMultibase };
      components.push(held
        ? { title: held.title, savedAt: held.url && held.savedAt, ...(await (held.url ? examineElsewhere : examine)(bound, kit, now)) }
        : { title: resource?.id, checks: [{ code: "bound", state: "unknown", why: "component_missing" }], document: null });
    }
    return { ...whole, components, status: verdict(whole, components) };
  }

  // A credential of another issuer, in the form in which it came. What this page cannot check of it is not known:
  // a proof in JSON, a key that is found in another way than ours are, a list that is no token.
  async function examineElsewhere({ document, token, binding }, kit, now) {
    const whole = base64url(Uint8Array.of(0x12, 0x20, ...(await digest(utf8(document ?? token)))));
    const isBound = binding === `u${whole}`;
    const bound = { code: "bound", state: isBound ? "passed" : "failed", why: isBound ? undefined : "another_component" };
    if (token === undefined) return { checks: [bound, { code: "elsewhere", state: "unknown", why: "elsewhere_not_checked" }], document: null };
    const found = await examine({ token }, kit, now);
    const checks = found.checks.map((one) => (BEYOND.includes(one.why) ? { ...one, state: "unknown", why: "elsewhere_not_checked" } : one));
    return { ...found, checks: [bound, ...checks] };
  }

  const BEYOND = ["another_issuer", "key_not_vouched_for", "key_algorithm", "jwt_header", "list_missing", "status_not_supported"];

  const idOf = (text) => { try { return parseObject(text, "").id; } catch { return undefined; } };

  function verdict(whole, components) {
    const failures = (checks) => checks.filter((one) => one.state === "failed").map((one) => one.why);
    const own = failures(whole.checks);
    const told = { revoked: "revoked", expired: "expired", not_yet_valid: "not_yet" };
    if (own.some((why) => !(why in told))) return "broken";
    for (const why of Object.keys(told)) if (own.includes(why)) return told[why];
    if (components.some((one) => failures(one.checks).length)) return "component";
    return [whole, ...components].some((one) => one.checks.some(({ state }) => state !== "passed")) ? "unsure" : "valid";
  }

  // What somebody brings to the page: a newer document of the issuer, a newer list, another credential.

  async function accept(text, kit, now) {
    if (text.trim().startsWith("{")) {
      const document = parseObject(text, "not_understood");
      if (kit.issuers.has(document.id) && Array.isArray(document.verificationMethod)) {
        kit.issuers.set(document.id, { document, isGiven: true });
        return "issuer";
      }
      throw new Failed(Array.isArray(document.verificationMethod) ? "another_issuer" : "json_not_checked");
    }
    const { document } = parseToken(text), issuer = issuerOf(document);
    need(kit.issuers.has(issuer), "another_issuer");
    if (!isList(document)) {
      kit.credential = { token: text };
      return "credential";
    }
    const held = kit.lists.get(document.id);
    const opened = await openList(text, document.id, issuer, kit.issuers.get(issuer).document, now);
    need(!held || Date.parse(parseToken(held.token).document.validFrom) <= Date.parse(opened.asOf), "older_list");
    kit.lists.set(document.id, { token: text });
    return "list";
  }

  // What the server put into the page, by the names that the checks look under.

  function open(data) {
    return {
      savedAt: data.savedAt,
      credential: data.credential,
      components: data.components,
      issuers: new Map(data.issuers.map((text) => parseObject(text, "issuer_document_malformed")).map((document) => [document.id, { document }])),
      lists: new Map(data.lists.map((token) => [parseToken(token).document.id, { token }])),
    };
  }

  return { open, examine: examineAll, accept, list, isObject, Failed };
})();
