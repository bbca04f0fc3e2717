"use strict";
// Keeps the board current: fetches the part that changes, and replaces only what differs.

const PERIOD_MS = 2000;
const TIMEOUT_MS = 8000;
const live = document.getElementById("live");
let tag = "";

function replaceParts(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const part of fresh.body.children) {
    const shown = document.getElementById(part.id);
    if (shown && shown.outerHTML !== part.outerHTML) {
      const wide = shown.querySelector(".wide");
      const left = wide ? wide.scrollLeft : 0;
      shown.replaceWith(document.importNode(part, true));
      const again = document.querySelector(`#${part.id} .wide`);
      if (again) {
        again.scrollLeft = left;
      }
    }
  }
}

function sayLost() {
  const state = live.querySelector(".venue .state");
  if (state) {
    state.textContent = live.dataset.lost;
    state.parentElement.className = "venue stale";
  }
  const quotes = document.getElementById("quotes");
  if (quotes) {
    quotes.className = "stale";
  }
}

async function update() {
  try {
    const answer = await fetch(live.dataset.source, {
      headers: tag ? { "If-None-Match": tag } : {},
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.status === 200) {
      tag = answer.headers.get("ETag") || "";
      replaceParts(await answer.text());
    } else if (answer.status !== 304) {
      throw new Error(`status ${answer.status}`);
    }
  } catch {
    tag = "";
    sayLost();
  }
  setTimeout(update, document.hidden ? PERIOD_MS * 5 : PERIOD_MS);
}

setTimeout(update, PERIOD_MS);
