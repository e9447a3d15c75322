// Copies the value of a field. Where a frame forbids the clipboard, the text is selected and copied the old way.

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select();
      document.execCommand("copy");
    }
    button.lastChild.textContent = button.dataset.textCopied;
  });
}
