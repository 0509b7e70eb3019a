// The theme draws buttons that are none: here they get a role, a name, a stop of the Tab key, and Enter and space press
// them. Its signs are words to a screen reader ("arrow_back"): beside other words they are passed over, alone they get
// a name, which this script's own element brings in the reader's language.
"use strict";

const SIGN_NAMES = document.currentScript.dataset;
const SIGN = ".material-symbols-outlined:not([aria-hidden])";
const DRAWN = "[x-on\\:click]:not(a[href], button, input, label, summary, select, tr, tbody, [role], :empty)";

function nameSigns(part) {
  const signs = part.matches(SIGN) ? [part] : [...part.querySelectorAll(SIGN)];
  const alone = signs.map((sign) => sign.textContent).join("").trim();
  const hasWords = part.textContent.replace(/\s/g, "") !== alone.replace(/\s/g, "");
  if (hasWords || part.hasAttribute("aria-label")) {
    signs.forEach((sign) => sign.setAttribute("aria-hidden", "true"));
  } else if (alone in SIGN_NAMES) {
    part.setAttribute("aria-label", SIGN_NAMES[alone]);
    part.title ||= SIGN_NAMES[alone];
  }
}

function reach(root) {
  for (const part of root.querySelectorAll(DRAWN)) {
    part.setAttribute("role", "button");
    part.tabIndex = 0;
    part.dataset.drawn = "yes";
  }
  root.querySelectorAll("a, button, [role=button], h1").forEach(nameSigns);
}

document.addEventListener("keydown", (event) => {
  if ((event.key === "Enter" || event.key === " ") && event.target.dataset?.drawn) {
    event.preventDefault();
    event.target.click();
  }
});
document.addEventListener("htmx:afterSettle", (event) => reach(event.target));
reach(document);
