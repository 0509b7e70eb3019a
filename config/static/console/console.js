// Exact times in the reader's own zone, and keys: / searches, j and k go from row to row, a acknowledges.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "long" });
  for (const time of document.querySelectorAll("time[datetime]")) {
    time.title = format.format(new Date(time.dateTime));
  }
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (event.key === "/") {
    const search = document.getElementById("searchbar");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll("#result_list tbody th a")];
    const here = links.indexOf(document.activeElement);
    const next = links[event.key === "j" ? here + 1 : Math.max(here - 1, 0)];
    if (next) {
      next.focus();
    }
  } else if (event.key === "a" && document.body.classList.contains("model-alert")) {
    const row = document.activeElement.closest("#result_list tbody th a");
    const button = document.querySelector('.console-deeds a[href$="/acknowledge/"]');
    if (row || button) {
      window.location = row ? row.href.replace(/change\/.*$/, "acknowledge/") : button.href;
    }
  }
});
