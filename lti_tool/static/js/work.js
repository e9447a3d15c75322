// The learner's draft: saves itself, takes files, counts words.

import { Autosave } from "./autosave.js";
import { checklistOnBar, wordCounts } from "./checklist.js";
import { uploads } from "./upload.js";

const form = document.querySelector("form[data-autosave]");
if (form) {
  wordCounts(form);
  uploads(new Autosave(form));
  checklistOnBar();
}
