/* Comfort for lists of people; everything works without it. A file that is chosen or dropped goes on by itself, and the bar of a list
   on its way moves. */
(() => {
"use strict";
for (const form of document.querySelectorAll("form.drop")) {
  const input = form.querySelector("input[type=file]");
  input.addEventListener("change", () => input.files.length && form.requestSubmit());
  let inside = 0;
  const over = step => { inside = Math.max(0, inside + step); form.classList.toggle("over", inside > 0); };
  form.addEventListener("dragenter", event => { event.preventDefault(); over(1); });
  form.addEventListener("dragleave", () => over(-1));
  form.addEventListener("dragover", event => event.preventDefault());
  form.addEventListener("drop", event => {
    over(-inside);
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}
const bar = document.querySelector("[data-progress]");
if (bar) {
  const look = async () => {
    try {
      const answer = await fetch(location.href, {credentials: "same-origin"});
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.querySelector("[data-progress]");
      if (answer.ok && !now) return location.reload();
      if (now) bar.replaceChildren(...now.childNodes);
    } catch (lost) { /* the network is away: asked again */ }
    setTimeout(look, 1500);
  };
  setTimeout(look, 800);
}
})();
