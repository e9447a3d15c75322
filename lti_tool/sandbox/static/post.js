// Sends the only form of the page; without JavaScript its button does.
const form = document.querySelector("form");
HTMLFormElement.prototype.submit.call(form);
