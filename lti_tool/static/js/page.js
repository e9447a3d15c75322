// Every page: the reader's own time, the error summary in focus, and forms that are sent once.

import "./copy.js";
import "./dialog.js";

const formats = { minute: { dateStyle: "medium", timeStyle: "short" }, clock: { timeStyle: "short" }, day: { dateStyle: "long", timeZone: "UTC" } };

function localTimes(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    const instant = new Date(time.dateTime);
    const isToday = instant.toDateString() === new Date().toDateString();
    const kind = time.dataset.local === "clock" && !isToday ? "minute" : time.dataset.local;
    time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, formats[kind]).format(instant);
  }
}

localTimes(document);
document.addEventListener("region:after", (event) => localTimes(event.target));
document.querySelector("[data-focus-on-load]")?.focus();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent; });
