/* Comfort: every page works without this file (docs/decisions/0009). All words come from the page. */
(() => {
"use strict";
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const PAUSE = 1200, APART = 3000, AGAIN = 8000, LONG = 20000, LONGEST = 600000;
const post = (address, body, more) => fetch(address, {method: "POST", body, redirect: "manual", ...more});
const failed = answer => answer.status >= 500 || answer.status === 429;
const send = (address, fields) => {
  const body = new URLSearchParams(fields);
  // So much may be sent by a page that goes.
  return post(address, body, {keepalive: body.toString().length < 60000});
};

/* What a form says stands in its [data-notice]; the words are those of the [data-off] around it. */
const words = form => (form.closest("[data-off]") || form).dataset;
const made = (tag, name, what) => {
  const one = document.createElement(tag);
  one.className = name;
  one.dataset[what] = "";
  return one;
};
const say = (form, text, again) => {
  let said = form.querySelector("[data-notice]"), button = form.querySelector("[data-again]");
  if (!said) {
    said = made("p", "help", "notice");
    said.setAttribute("role", "status");
    form.append(said);
  }
  said.textContent = text || "";
  const kept = form.querySelector("[data-kept]");
  if (text && kept) kept.textContent = "";
  if (!again && button) button.remove();
  if (again && !button) {
    button = made("button", "btn quiet", "again");
    button.type = "button";
    button.textContent = words(form).again;
    said.after(button);
  }
  if (again) button.onclick = again;
};

/* A form is sent from here, so that it stays with all that is typed where the network does not take it, whatever the browser
   believes. The site says in X-Next where it leads; another page that comes back has changed nothing, and the browser asks for
   it itself. Sent again, nothing is done twice: the site sees to that. */
const held = new Map(), busy = new Set(), plain = new Set(), gone = new Set();
let timer = 0;
const hold = (form, button, which) => {
  held.set(form, button);
  say(form, words(form)[which], () => leave(form, button, true));
  clearTimeout(timer);
  timer = setTimeout(retry, AGAIN);
};
const retry = () => {
  const [first] = held;
  if (first) leave(...first);
};
const onward = async (form, next) => {
  const there = new URL(next, location.href);
  gone.add(form);
  // What else was typed is kept first.
  const others = kept.filter(one => one.form !== form).map(one => one.save(true));
  await Promise.race([Promise.all(others), new Promise(done => setTimeout(done, APART))]);
  if (there.pathname + there.search !== location.pathname + location.search) return location.assign(there);
  history.scrollRestoration = "manual";
  history.replaceState({anchor: there.hash}, "", there);
  location.reload();
};
if (history.state && "anchor" in history.state) {
  const target = document.getElementById(history.state.anchor.slice(1));
  history.scrollRestoration = "auto";
  history.replaceState(null, "");
  target?.scrollIntoView();
  target?.focus({preventScroll: true});
}
const leave = async (form, button, pressed) => {
  if (busy.has(form)) return;
  if (!navigator.onLine && !pressed) return hold(form, button, "off");
  busy.add(form);
  const fields = new FormData(form), files = form.enctype === "multipart/form-data", clock = new AbortController();
  if (button?.name) fields.append(button.name, button.value);
  const wait = setTimeout(() => clock.abort(), files ? LONGEST : LONG);
  let which = "";
  try {
    const address = button?.getAttribute("formaction") || form.getAttribute("action") || "";
    const answer = await post(address, files ? fields : new URLSearchParams(fields), {headers: {"X-Page": "1"}, signal: clock.signal});
    const next = answer.headers.get("X-Next");
    if (next) return onward(form, next);
    // Without our header a network answers that wants to be signed in to.
    if (!answer.headers.has("Content-Security-Policy")) which = "off";
    else if (failed(answer)) which = "later";
  } catch (lost) {
    which = "off";
  } finally {
    clearTimeout(wait);
    busy.delete(form);
  }
  if (which) return hold(form, button, which);
  held.delete(form);
  plain.add(form);
  form.requestSubmit(button);
};
document.addEventListener("submit", event => {
  const form = event.target, button = event.submitter;
  // Lines that were left where they stand have the places they stand in.
  if (button?.value === "answer") all(".moves", form).forEach(box => placed(box, lines(box)));
  if (form.method !== "post" || !form.closest("[data-off]")) return;
  if (plain.delete(form)) return gone.add(form);
  event.preventDefault();
  leave(form, button);
});
document.addEventListener("input", event => {
  const form = event.target.form;
  if (held.delete(form)) say(form, "");
});

/* What is typed is kept: form[data-keep] holds the address to send it to. The answer is one sentence to show. */
class Kept {
  constructor(form) {
    this.form = form;
    this.said = form.querySelector("[data-kept]");
    this.since = this.said ? this.said.dataset.since || "" : "";
    this.saved = this.now();
    this.last = this.timer = 0;
    this.busy = false;
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => this.soon(PAUSE));
  }
  now() {
    return new URLSearchParams([...new FormData(this.form)].filter(one => typeof one[1] === "string")).toString();
  }
  say(which) {
    const again = which === "off" && (() => this.save(false, true));
    if (!held.has(this.form)) say(this.form, which && (words(this.form)[which] || which), again);
  }
  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), Math.max(wait, this.last + APART - Date.now()));
  }
  async save(last = false, pressed = false) {
    clearTimeout(this.timer);
    const fields = this.now();
    if ((this.busy && !last) || busy.has(this.form) || gone.has(this.form) || [this.saved, this.sending].includes(fields)) return;
    if (!navigator.onLine && !pressed) return this.say("off");
    this.busy = true;
    this.sending = fields;
    this.last = Date.now();
    try {
      const answer = await send(this.form.dataset.keep, fields + "&since=" + encodeURIComponent(this.since));
      if (answer.ok) {
        this.saved = fields;
        this.since = answer.headers.get("X-Saved") || this.since;
        this.say("");
        if (this.said) this.said.textContent = await answer.text();
        if (this.now() !== fields) this.soon(PAUSE);
      } else if (answer.status === 409) {
        this.saved = fields;
        this.say(await answer.text());
      } else if (failed(answer)) {
        this.say("later");
        this.soon(AGAIN);
      } else this.say("not");
    } catch (lost) {
      this.say("off");
      this.soon(AGAIN);
    } finally {
      this.busy = false;
      this.sending = null;
    }
  }
}
const kept = all("form[data-keep]").map(form => new Kept(form));
addEventListener("online", () => { retry(); kept.forEach(one => one.save()); });
addEventListener("offline", () => kept.forEach(one => one.now() !== one.saved && one.say("off")));
addEventListener("pageshow", () => gone.clear());

/* The lines of an order move where they stand; the menus beside them say the same and are what is sent. */
const lines = box => {
  const rows = [...box.children], order = [], rest = [];
  for (const row of rows) {
    const place = row.querySelector("select").selectedIndex - 1;
    if (place >= 0 && !order[place]) order[place] = row; else rest.push(row);
  }
  return rows.map((_, place) => order[place] || rest.shift());
};
const placed = (box, order) => order.forEach((row, place) => {
  row.querySelector("select").selectedIndex = place + 1;
  box.append(row);
});
document.addEventListener("click", event => {
  const button = event.target.closest("button[name=move]"), box = button && button.closest("[data-lines]");
  if (!box) return;
  event.preventDefault();
  const order = lines(box), row = [...box.children].find(one => one.contains(button)), here = order.indexOf(row);
  const there = Math.min(Math.max(here + (button.value.endsWith(".up") ? -1 : 1), 0), order.length - 1);
  order[here] = order[there];
  order[there] = row;
  placed(box, order);
  button.focus();
  const status = button.form.querySelector("[data-moved]");
  if (status) status.textContent = row.querySelector("label").innerText + ", " + box.dataset.lines.replace("#", there + 1);
  box.dispatchEvent(new Event("input", {bubbles: true}));
});

/* The last heading read: told when another one is reached, never twice within five seconds, and when the page is left. */
const article = document.querySelector("[data-place]");
if (article) {
  const token = document.querySelector("[name=csrf_token]");
  const heads = all("h2[id],h3[id],section[id]", article).filter(one => !one.closest("details"));
  const reached = () => heads.filter(one => one.getBoundingClientRect().top < innerHeight * 0.4).pop();
  let told = reached(), at = 0, timer = 0;
  const tell = () => {
    clearTimeout(timer);
    timer = 0;
    const head = reached();
    if (!head || head === told || !token) return;
    told = head;
    at = Date.now();
    send(article.dataset.place, {csrf_token: token.value, heading: head.id}).catch(() => { told = null; });
  };
  addEventListener("scroll", () => { timer = timer || setTimeout(tell, Math.max(1000, at + 5000 - Date.now())); }, {passive: true});
  addEventListener("pagehide", tell);
}
/* A page that has to know that somebody looked at it: told once. */
const looked = document.querySelector("[data-seen]"), stamp = document.querySelector("[name=csrf_token]");
if (looked && stamp) send(looked.dataset.seen, {csrf_token: stamp.value}).catch(() => {});
document.addEventListener("visibilitychange", () => document.hidden && kept.forEach(one => one.save(true)));
addEventListener("pagehide", () => kept.forEach(one => one.save(true)));
})();
