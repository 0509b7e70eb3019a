// A template is written: a moment after the last key the server is asked how the message looks now, what Meta would say
// of it, and which examples it wants. The page works without: saving says the same.
const PAUSE = 400;
const form = document.getElementById("template-writing");
let timer;
let turn = 0;

function put(name, told) {
  const place = document.getElementById(`writing-${name}`);
  if (!place.contains(document.activeElement)) { // nobody's input is taken from under the hands
    place.innerHTML = told[name];
  }
}

async function look() {
  turn += 1;
  const mine = turn;
  try {
    const answer = await fetch(form.dataset.look, { method: "POST", body: new FormData(form) });
    if (answer.ok && !answer.redirected && mine === turn) {
      const told = await answer.json();
      ["preview", "findings", "examples"].forEach((name) => put(name, told));
    }
  } catch {
    // No network, or the server starts again: the next key asks again.
  }
}

function show() {
  // Only the fields that count now.
  const isJson = form.elements.is_json.checked;
  for (const part of form.querySelectorAll("[data-part]")) {
    part.hidden = (part.dataset.part === "json") !== isJson;
  }
  for (const part of form.querySelectorAll("[data-headers]")) {
    part.hidden = !part.dataset.headers.split(" ").includes(form.elements.header.value);
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});
form.addEventListener("change", show);
show();
