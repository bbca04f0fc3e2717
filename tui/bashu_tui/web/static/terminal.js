"use strict";
// What textual-serve's page leaves out: the keyboard goes to the terminal at once, Ctrl+V pastes
// (the terminal would take it for a key of its own), and a closed terminal offers a new one.

function focusTerminal() {
  const keyboard = document.querySelector(".xterm-helper-textarea");
  if (keyboard) {
    keyboard.focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && !event.altKey && !event.metaKey && event.code === "KeyV") {
    event.stopPropagation();
  }
}, true);

window.addEventListener("focus", () => {
  if (document.body.classList.contains("-loaded")) {
    focusTerminal();
  }
});

let loaded = false;
new MutationObserver(() => {
  const { classList } = document.body;
  if (classList.contains("-closed")) {
    document.getElementById("again").focus();
  } else if (!loaded && classList.contains("-loaded")) {
    loaded = true;
    focusTerminal();
  }
}).observe(document.body, { attributes: true, attributeFilter: ["class"] });
