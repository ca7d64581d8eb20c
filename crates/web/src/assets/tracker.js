// Tells the collector what happens on a shop's pages. It stands in pages that are not ours: it
// never throws into them, and leaves nothing on a device whose owner has not agreed to analytics.
//
// The server takes off comments and indentation, so a comment has a line of its own and no text
// goes over the end of a line.
(() => {
  const version = "0.1.0";
  const purposes = ["analytics", "personalisation", "marketing", "third_party"];
  // What may lie on the device, and only after consent: who is here, and what is not sent yet.
  const personName = "fanous", queueName = "fanous.queue";
  const batchMax = 10, pause = 2e3, patience = 3e4;
  // The collector takes 32 KB in an event, and a browser 64 KB from a page that is being left.
  const messageBytesMax = 32e3, batchBytesMax = 6e4;
  const queueMax = 200, queueLengthMax = 1e5;
  const waitSecondsMax = 300, retryAfterSecondsMax = 3600;

  const tag = document.currentScript;
  const early = window.fanous;
  // A second tag changes nothing.
  if (early && early.push && !Array.isArray(early)) return;
  const held = Array.isArray(early) ? early : [];

  let key, address, isSilent, isSignalled, untold, timer;
  let person = { consent: {} }, memory = [], isLasting = true, failures = 0;
  const flying = new Set();

  const safely = (task) => (...values) => {
    try {
      return task(...values);
    } catch (error) {
      console.warn("fanous", error);
    }
  };

  const read = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {}
  };
  // Says whether it is kept: some private windows keep nothing, and a full storage nothing more.
  const write = (name, value) => {
    try {
      if (value) localStorage.setItem(name, JSON.stringify(value));
      else localStorage.removeItem(name);
      return true;
    } catch {
      isLasting = false;
    }
  };

  // Version 7: ordered by time, so that the collector finds a repeated one among the newest.
  const uuid = (now = new Date()) => {
    const bytes = [...crypto.getRandomValues(new Uint8Array(9))];
    const chance = bytes.map((byte) => (byte + 256).toString(16).slice(1)).join("");
    const time = now.getTime().toString(16).padStart(12, "0");
    const digits = time + "7" + chance.slice(0, 3) + "8" + chance.slice(3);
    return digits.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };

  // Asked each time, because another tab may have given consent or taken it back.
  const who = () => {
    const stored = isLasting && read(personName);
    if (stored && stored.consent) person = stored;
    else if (isLasting && person.anonymousId) person = { consent: {} };
    return person;
  };
  const remember = (changed) => write(personName, person = changed);

  const waiting = () => [].concat((who().anonymousId && read(queueName)) || [], memory);
  const keep = (texts) => {
    while (texts.length > queueMax || texts.join().length > queueLengthMax) texts.shift();
    memory = [];
    if (texts[0] && who().anonymousId && write(queueName, texts)) return;
    memory = texts;
    write(queueName);
  };

  const send = safely((isLeaving) => {
    timer = clearTimeout(timer);
    if (flying.size && !isLeaving) return;
    const texts = [];
    let bytes = 0;
    for (const text of waiting()) {
      if (flying.has(text)) continue;
      bytes += new Blob([text]).size + 1;
      if (bytes > batchBytesMax) break;
      texts.push(text);
    }
    if (!texts[0]) return;
    texts.forEach((text) => flying.add(text));
    const answered = safely((status, retryAfter) => {
      texts.forEach((text) => flying.delete(text));
      // No answer, or one that says "not now". Whatever else is refused would be refused again.
      if (/^(0|4(08|10|29|60)|5(?!01|05)..)$/.test(status)) {
        const grown = Math.min(2 ** failures++, waitSecondsMax) * (1 + Math.random()) / 2;
        const seconds = retryAfter > 0 ? Math.min(retryAfter, retryAfterSecondsMax) : grown;
        timer = setTimeout(send, seconds * 1e3);
      } else {
        failures = 0;
        keep(waiting().filter((text) => !texts.includes(text)));
        soon();
      }
    });
    const sentAt = new Date().toISOString();
    const head = JSON.stringify({ writeKey: key, sentAt }).slice(0, -1);
    // A text is sent as text/plain, for which a browser asks no permission first.
    const body = head + ',"batch":[' + texts + "]}";
    // A request that outlives its page tells a page that lives on whether it arrived; a beacon
    // never does. What nobody confirmed is sent again with its messageId, and counts once.
    if (isLeaving && !("keepalive" in Request.prototype)) {
      return answered(navigator.sendBeacon(address, body) ? 200 : 0);
    }
    const signal = AbortSignal.timeout?.(patience);
    fetch(address, { method: "POST", body, keepalive: true, credentials: "omit", signal }).then(
      (answer) => answered(answer.status, answer.headers.get("Retry-After")),
      () => answered(0),
    );
  });

  const soon = () => {
    const count = waiting().length;
    if (count >= batchMax && !failures) send();
    else if (count) timer ||= setTimeout(send, pause);
  };

  const pageHere = () => {
    const { origin, pathname, search } = location;
    const { title, referrer } = document;
    // What stands behind a # is the page's own business.
    return { path: pathname, url: origin + pathname + search, title, referrer, search };
  };

  // A message without consent to analytics carries no id and nothing about the device: the
  // collector counts it, and keeps nothing that leads back to anybody.
  const message = (type, fields) => {
    const { anonymousId, userId, consent } = who();
    const context = { page: pageHere(), library: { name: "fanous.js", version } };
    context.consent = { categoryPreferences: consent };
    new URLSearchParams(location.search).forEach((value, name) => {
      if (!name.startsWith("utm_")) return;
      const campaign = context.campaign ||= {};
      campaign[name === "utm_campaign" ? "name" : name.slice(4)] = value;
    });
    if (anonymousId) {
      context.locale = navigator.language;
      context.timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      context.screen = { width: screen.width, height: screen.height, density: devicePixelRatio };
    }
    const now = new Date();
    const timestamp = now.toISOString();
    const messageId = uuid(now);
    const whole = { type, messageId, timestamp, anonymousId, userId, ...fields, context };
    const text = JSON.stringify(whole);
    if (new Blob([text]).size > messageBytesMax) return;
    keep([...waiting(), text]);
    soon();
  };

  const page = (name, properties) => {
    if (typeof name === "object") [name, properties] = [undefined, name];
    message("page", { name, properties: { ...pageHere(), ...properties } });
  };

  const track = (event, properties) => message("track", { event, properties });

  const identify = (userId, traits) => {
    if (!userId) return;
    const { anonymousId, userId: known, consent } = who();
    // Before consent it is held in this page only, and told if consent comes.
    if (!anonymousId) return untold = [userId, traits];
    userId = String(userId);
    // Somebody else on the same device is not led back to who was here before.
    const isOther = known && known !== userId;
    remember({ anonymousId: isOther ? uuid() : anonymousId, userId, consent });
    message("identify", { traits });
  };

  const reset = () => {
    const { anonymousId, consent } = who();
    untold = undefined;
    if (anonymousId) remember({ anonymousId: uuid(), consent });
  };

  const consent = (given) => {
    const before = who();
    const consent = { ...before.consent };
    for (const purpose of purposes) if (purpose in given) consent[purpose] = !!given[purpose];
    // Whoever signals in general that they do not wish it is not asked in particular.
    if (isSignalled) consent.analytics = consent.third_party = false;
    // With neither an id before nor one now, there is nobody of whom it could be told.
    if (!before.anonymousId && !consent.analytics) return person = { consent };
    remember({ anonymousId: uuid(), ...before, consent });
    for (const purpose of purposes) {
      const granted = consent[purpose];
      if (granted !== before.consent[purpose]) track("Consent Changed", { purpose, granted });
    }
    if (!consent.analytics) {
      const texts = waiting();
      person = { consent };
      write(personName);
      keep(texts);
    } else if (untold) {
      identify(...untold);
      untold = undefined;
    }
  };

  const load = (writeKey, options = {}) => {
    if (key) return;
    const host = options.host || new URL(tag.src).origin;
    address = host.replace(/\/$/, "") + "/v1/batch";
    key = writeKey;
    if (navigator.globalPrivacyControl || navigator.doNotTrack === "1") {
      isSilent = options.gpc === "drop";
      isSignalled = options.gpc !== "ignore";
    }
    if (isSignalled) {
      isLasting = false;
      write(personName);
      write(queueName);
    }
    who();
    if (options.consent) call("consent", options.consent);
    push(...held.splice(0));
    soon();
    addEventListener("online", () => {
      failures = 0;
      send();
    });
    addEventListener("pagehide", () => send(true));
    addEventListener("visibilitychange", () => document.hidden && send(true));
  };

  const calls = { load, page, track, identify, reset, consent };
  const call = safely((name, ...values) => {
    if (name !== "load" && !key) held.push([name, ...values]);
    else if (!isSilent) calls[name](...values);
  });
  const push = (...lists) => lists.forEach(safely((list) => call(...list)));
  const fanous = window.fanous = { push };
  for (const name in calls) fanous[name] = (...values) => call(name, ...values);

  const data = tag ? tag.dataset : {};
  if (data.key) {
    const agreed = data.consent && data.consent.split(",").map((purpose) => [purpose.trim(), true]);
    const consent = agreed && Object.fromEntries(agreed);
    call("load", data.key, { host: data.host, gpc: data.gpc, consent });
  } else {
    // The page may have asked to load before this file was here.
    push(...held.splice(0));
  }
})();
