// Native dialogs: [data-dialog] opens one, [data-confirm] asks before its button does what it does.

for (const opener of document.querySelectorAll("[data-dialog]")) {
  opener.hidden = false;
  opener.addEventListener("click", () => document.getElementById(opener.dataset.dialog)?.showModal());
}

const confirmed = new WeakSet();
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  const dialog = document.getElementById("confirm-dialog");
  if (!button || !dialog || confirmed.delete(button)) return;
  event.preventDefault();
  dialog.querySelector("[data-question]").textContent = button.dataset.confirm;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    confirmed.add(button);
    button.click();
  }, { once: true });
  dialog.showModal();
});
