// Pasting a table: where the clipboard has markup, it travels beside the text, as cells are surer in it.

const field = document.querySelector("[data-paste]");
if (field) {
  const markup = field.form.elements.namedItem("html");
  field.addEventListener("paste", (event) => {
    const html = event.clipboardData?.getData("text/html") ?? "";
    markup.value = /<table/i.test(html) ? html : "";
  });
  // Whoever changes the text by hand means the text.
  field.addEventListener("input", (event) => { if (event.inputType !== "insertFromPaste") markup.value = ""; });
}
