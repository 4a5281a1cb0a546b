/* Comfort, and nothing else: every page works without this file (docs/decisions/0009). It keeps what is typed, moves the lines
   of an order in their place, and tells the last heading read. All words come from the page. */
(() => {
"use strict";
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const send = (address, fields) => {
  const body = new URLSearchParams(fields);
  // A page that is being left may still send this much.
  const keepalive = body.toString().length < 60000;
  return fetch(address, {method: "POST", body, keepalive, credentials: "same-origin", redirect: "manual"});
};

/* What is typed is kept: form[data-keep] holds the address to send it to. The answer is one sentence to show. */
const PAUSE = 1200, APART = 3000, AGAIN = 8000;
class Kept {
  constructor(form) {
    this.form = form;
    this.said = form.querySelector("[data-kept]");
    this.notice = form.querySelector("[data-off]");
    this.saved = this.now();
    this.last = this.timer = 0;
    this.busy = this.gone = false;
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => this.soon(PAUSE));
    form.addEventListener("submit", event => this.leave(event));
  }
  now() {
    return new URLSearchParams(new FormData(this.form)).toString();
  }
  say(which) {
    if (this.notice) this.notice.textContent = which ? this.notice.dataset[which] || which : "";
    if (which && this.said) this.said.textContent = "";
  }
  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), Math.max(wait, this.last + APART - Date.now()));
  }
  async save(last = false) {
    clearTimeout(this.timer);
    const fields = this.now();
    if ((this.busy && !last) || this.gone || fields === this.saved || fields === this.sending) return;
    if (!navigator.onLine) return this.say("off");
    this.busy = true;
    this.sending = fields;
    this.last = Date.now();
    try {
      const answer = await send(this.form.dataset.keep, fields);
      if (answer.ok) {
        this.saved = fields;
        this.say("");
        if (this.said) this.said.textContent = await answer.text();
        if (this.now() !== fields) this.soon(PAUSE);
      } else if (answer.status === 409) {
        this.saved = fields;
        this.say(await answer.text());
      } else if (answer.status >= 500 || answer.status === 429) {
        this.say("not");
        this.soon(AGAIN);
      } else {
        this.say("not");
      }
    } catch (lost) {
      this.say("off");
      this.soon(AGAIN);
    } finally {
      this.busy = false;
      this.sending = null;
    }
  }
  leave(event) {
    if (navigator.onLine) {
      this.gone = true;
      clearTimeout(this.timer);
      return;
    }
    // Sent now it would be lost together with the page: it waits for the network, and then goes as it was meant.
    event.preventDefault();
    this.waiting = {button: event.submitter};
    this.say("off");
  }
  back() {
    if (this.waiting) {
      const {button} = this.waiting;
      this.waiting = null;
      this.say("");
      this.form.requestSubmit(button);
    } else this.save();
  }
}
const kept = all("form[data-keep]").map(form => new Kept(form));
addEventListener("online", () => kept.forEach(one => one.back()));
addEventListener("offline", () => kept.forEach(one => one.now() !== one.saved && one.say("off")));
addEventListener("pageshow", () => kept.forEach(one => { one.gone = false; }));

/* Any other form of a step waits for the network too. The sentence to show stands on the page. */
const step = document.querySelector("article[data-off]"), held = new Map();
if (step) {
  step.addEventListener("submit", event => {
    const form = event.target;
    if (navigator.onLine || form.dataset.keep || form.method !== "post") return;
    event.preventDefault();
    if (!held.has(form)) {
      const said = document.createElement("p");
      said.className = "help";
      said.setAttribute("role", "status");
      form.append(said);
      said.textContent = step.dataset.off;
    }
    held.set(form, event.submitter);
  });
  addEventListener("online", () => {
    const [first] = held;
    if (!first) return;
    held.clear();
    first[0].requestSubmit(first[1]);
  });
}

/* The lines of an order move where they stand; the menus beside them say the same and are what is sent. */
const lines = box => {
  const rows = [...box.children], order = [], rest = [];
  for (const row of rows) {
    const place = row.querySelector("select").selectedIndex - 1;
    if (place >= 0 && !order[place]) order[place] = row; else rest.push(row);
  }
  return rows.map((_, place) => order[place] || rest.shift());
};
document.addEventListener("click", event => {
  const button = event.target.closest("button[name=move]"), box = button && button.closest("[data-lines]");
  if (!box) return;
  event.preventDefault();
  const order = lines(box), row = [...box.children].find(one => one.contains(button)), here = order.indexOf(row);
  const there = Math.min(Math.max(here + (button.value.endsWith(".up") ? -1 : 1), 0), order.length - 1);
  order[here] = order[there];
  order[there] = row;
  order.forEach((one, place) => {
    one.querySelector("select").selectedIndex = place + 1;
    box.append(one);
  });
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
document.addEventListener("visibilitychange", () => document.hidden && kept.forEach(one => one.save(true)));
addEventListener("pagehide", () => kept.forEach(one => one.save(true)));
})();
