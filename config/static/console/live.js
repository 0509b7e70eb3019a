// The page refreshes what changes (how to mark such parts: console.js): it asks for the console's pulse every five
// seconds while somebody looks at it, and only when that has changed for the page itself.
"use strict";

const EVERY = 5_000;
const meta = document.querySelector('meta[name="pulse"]');
const toasts = document.getElementById("console-toasts");
let token = meta?.content;
let isStale = false;
let isBusy = false;

async function beat() {
  if (!meta || isBusy || document.hidden) {
    return;
  }
  isBusy = true;
  try {
    await listen();
    if (isStale && !isInUse()) {
      await refresh();
    }
  } catch {
    // No network, or the server starts again: the next beat asks again.
  } finally {
    isBusy = false;
  }
}

async function listen() {
  const answer = await fetch(`${meta.dataset.address}?token=${encodeURIComponent(token)}`, { cache: "no-store" });
  if (answer.redirected) {
    clearInterval(timer);
    toast(toasts.dataset.signedOut, window.location.href);
  } else if (answer.status === 200) {
    const told = await answer.json();
    token = told.token;
    isStale = Boolean(document.querySelector("[data-live]"));
    announce(told.alerts);
  }
}

function isInUse() {
  // Somebody writes, chooses or confirms something: what she sees must not move.
  const field = document.activeElement?.closest("input:not([type=checkbox]), textarea, select");
  const palette = document.getElementById("search-input-command");
  return Boolean(
    document.querySelector("dialog[open]") ||
      palette?.offsetParent ||
      (field && !field.closest("[data-live], #changelist-search")) ||
      document.querySelector("form[data-edited]"),
  );
}

async function refresh() {
  const answer = await fetch(window.location.href, { cache: "no-store" });
  if (!answer.ok || answer.redirected) {
    return;
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (isInUse()) {
    return; // since then; the next beat tries again
  }
  isStale = false;
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = part.id && fresh.getElementById(part.id);
    if (other) {
      morph(part, other);
    }
  }
  refreshFrame(fresh);
  tellTimes();
}

// One element becomes like another: what is the same stays the same node, and so keeps focus, scroll and state.

const THE_READER_S = new Set(["open", "x-cloak", "data-told", "data-simplebar", "data-look"]);

function morph(old, fresh) {
  if (old.hasAttribute("data-kept") || old.isEqualNode(fresh)) {
    return;
  }
  if (old.matches("time") && old.dateTime === fresh.dateTime) {
    return;
  }
  morphAttributes(old, fresh);
  if (old.matches("canvas.chart")) {
    redraw(old);
  } else if (!old.matches("textarea, input")) {
    morphChildren(old.querySelector(":scope > .simplebar-wrapper .simplebar-content") || old, fresh);
  }
}

function morphAttributes(old, fresh) {
  for (const { name, value } of [...fresh.attributes]) {
    if (!isTheReaderS(old, name) && old.getAttribute(name) !== value) {
      old.setAttribute(name, value);
    }
  }
  for (const { name } of [...old.attributes]) {
    if (!isTheReaderS(old, name) && !fresh.hasAttribute(name)) {
      old.removeAttribute(name);
    }
  }
}

function isTheReaderS(old, name) {
  if (old.matches("canvas.chart")) {
    return !name.startsWith("data-"); // Chart.js sizes it
  }
  if (name === "class") {
    return old.hasAttribute("x-bind:class") || old.matches("tr"); // the theme's script marks ticked rows
  }
  return name === "style" ? old.hasAttribute("x-show") || old.hasAttribute("data-simplebar") : THE_READER_S.has(name);
}

function morphChildren(old, fresh) {
  const known = new Map();
  for (const child of old.children) {
    if (keyOf(child)) {
      known.set(keyOf(child), child);
    }
  }
  let place = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const match = matchFor(child, place, known);
    if (!match) {
      old.insertBefore(document.importNode(child, true), place);
      continue;
    }
    if (match === place) {
      place = place.nextSibling;
    } else {
      old.insertBefore(match, place);
    }
    if (match.nodeType === Node.ELEMENT_NODE) {
      morph(match, child);
    } else if (match.data !== child.data) {
      match.data = child.data;
    }
  }
  while (place) {
    const gone = place;
    place = place.nextSibling;
    gone.remove();
  }
}

function matchFor(child, place, known) {
  const key = keyOf(child);
  if (key) {
    const same = known.get(key);
    return same?.tagName === child.tagName ? same : null;
  }
  const isAlike = place && place.nodeType === child.nodeType && place.nodeName === child.nodeName && !keyOf(place);
  return isAlike ? place : null;
}

function keyOf(node) {
  // Rows of a list have no key of their own: the checkbox in them has, or the link to their page.
  if (node.nodeType !== Node.ELEMENT_NODE) {
    return "";
  }
  if (node.id || node.dataset.key) {
    return node.id || node.dataset.key;
  }
  return node.matches("#result_list > tbody, tbody.block")
    ? node.querySelector("input.action-select")?.value || node.querySelector("th a")?.getAttribute("href") || ""
    : "";
}

function redraw(canvas) {
  const chart = Chart.getChart(canvas);
  if (chart) {
    chart.data = JSON.parse(canvas.dataset.value);
    chart.update();
  }
}

function refreshFrame(fresh) {
  // The numbers in the title and in the sidebar, whose markup is the theme's own.
  const [title, newTitle] = [document, fresh].map((page) => page.querySelector("#header-inner h1"));
  if (title && newTitle) {
    morph(title, newTitle);
  }
  for (const link of document.querySelectorAll("#nav-sidebar-apps a[href]")) {
    const other = fresh.querySelector(`#nav-sidebar-apps a[href="${CSS.escape(link.getAttribute("href"))}"]`);
    const [badge, newBadge] = [link, other].map((one) => one?.querySelector("span.uppercase"));
    if (newBadge && badge) {
      badge.replaceWith(document.importNode(newBadge, true));
    } else if (newBadge) {
      link.append(document.importNode(newBadge, true));
    } else if (other) {
      badge?.remove();
    }
  }
}

// What has come is said in a corner and read out; it stays until it is closed, the newest three of it.

function announce(alerts) {
  if (!alerts.length) {
    return;
  }
  if (alerts.length > 1) {
    toast(toasts.dataset.many.replace("{count}", alerts.length), toasts.dataset.all);
  } else {
    toast(`${toasts.dataset.one}: ${alerts[0].severity}`, alerts[0].place, alerts[0].title);
  }
}

function toast(words, address, title) {
  const [box, link, close] = ["div", "a", "button"].map((tag) => document.createElement(tag));
  box.className = "console-toast";
  link.href = address;
  link.append(words);
  if (title) {
    const beside = document.createElement("span");
    beside.dir = "auto";
    beside.append(title);
    link.append(beside);
  }
  close.type = "button";
  close.textContent = "×";
  close.setAttribute("aria-label", toasts.dataset.close);
  close.addEventListener("click", () => box.remove());
  box.append(link, close);
  toasts.prepend(box);
  while (toasts.children.length > 3) {
    toasts.lastChild.remove();
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form");
  if (form && !event.target.closest("[data-live], #changelist-search") && event.target.type !== "checkbox") {
    form.dataset.edited = "yes";
  }
});
document.addEventListener("visibilitychange", beat);
window.addEventListener("pageshow", (event) => event.persisted && beat());
const timer = setInterval(beat, EVERY);
