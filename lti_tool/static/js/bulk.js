// Awards from a file: goes on with the next rows by itself; without this there is a button.
document.querySelector("form[data-go-on]")?.requestSubmit();
