// What the console does in the browser: times in the reader's own zone, keys, and parts of a page that refresh
// themselves (live.js). A page works without all this.
//
// How a part of a page refreshes itself: give its outermost element an `id` and `data-live`.
//
//   <section id="alert-now" data-live>…</section>
//
// As soon as something that this person may see has changed, the page is fetched again, and what is new in such a
// part is put in its place. What the reader did there stays: focus, scroll, open <details>, ticked checkboxes, and
// everything below an element with `data-kept` (a form, a player). Nothing is touched while a field outside of lists
// is being edited or a dialog is open. Items of a list that come and go want a `data-key` (or an `id`) each.
// A part may be empty, but has to be there in both pages: let the element stand outside of the {% if %}.
"use strict";

const PAGE = document.documentElement;

function tellTimes() {
  // The exact time on hover in the reader's own zone; "12 minutes ago" goes on while the page stays open.
  const exact = new Intl.DateTimeFormat(PAGE.lang, { dateStyle: "medium", timeStyle: "long" });
  const relative = new Intl.RelativeTimeFormat(PAGE.lang, { numeric: "always" });
  const units = [["year", 31536000], ["month", 2629800], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
  for (const time of document.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    time.title = exact.format(at);
    const seconds = (at - Date.now()) / 1000;
    const found = units.find(([, size]) => Math.abs(seconds) >= size);
    if (found && time.dataset.told) {
      time.textContent = relative.format(Math.trunc(seconds / found[1]), found[0]);
    }
    time.dataset.told = "yes"; // the first words are the server's
  }
}

function isTyping(target) {
  return Boolean(target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"));
}

function search() {
  const field = document.getElementById("searchbar");
  if (field && field.offsetParent) {
    field.focus();
    field.select();
  } else {
    window.dispatchEvent(new CustomEvent("opencommand"));
  }
}

function rows() {
  // The links of a list's rows, or the titles of the lines where a page has no list.
  const listed = [...document.querySelectorAll("#result_list tbody th a")];
  return listed.length ? listed : [...document.querySelectorAll("#content :is(.console-lines, .console-trail) .console-title")];
}

function step(by) {
  const links = rows();
  const row = document.activeElement.closest("#result_list tr, .console-lines > li");
  const here = links.findIndex((link) => link === document.activeElement || (row && row.contains(link)));
  const next = links[here < 0 ? 0 : Math.min(Math.max(here + by, 0), links.length - 1)];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function acknowledge() {
  const isAlert = (link) => /\/alerts\/alert\/[^/]+\/change\//.test(link.href);
  const row = document.activeElement.closest("#result_list tr, .console-lines > li");
  const button = (row || document).querySelector('a[href*="/acknowledge/"]');
  const link = row && [...row.querySelectorAll("a")].find(isAlert);
  if (button) {
    window.location = button.href;
  } else if (link) {
    window.location = link.href.replace(/change\/.*$/, "acknowledge/");
  }
}

const KEYS = {
  "/": search,
  "?": () => document.getElementById("console-keys")?.showModal(),
  j: () => step(1),
  k: () => step(-1),
  a: acknowledge,
};

document.addEventListener("keydown", (event) => {
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) {
    return;
  }
  if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    document.getElementById(opener.dataset.opens).showModal();
  }
});

document.addEventListener("DOMContentLoaded", () => {
  tellTimes();
  setInterval(tellTimes, 30_000);
});
