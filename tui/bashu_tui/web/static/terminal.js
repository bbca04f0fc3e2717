"use strict";
// What textual-serve's page leaves out: the keyboard goes to the terminal at once, Ctrl+V pastes
// (the terminal would take it for a key of its own), a closed terminal offers a new one, and the
// bell is heard, seen, and marked in the title of a window that is not in front.

const TONE_HERTZ = 880;
const TONE_SECONDS = 0.15;
const FLASH_MILLISECONDS = 600;
const MARK = "(!) ";
let audio = null;

function sound() {
  audio = audio || new AudioContext();
  audio.resume(); // browsers allow no sound before the first key or click
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  volume.gain.value = 0.1;
  tone.frequency.value = TONE_HERTZ;
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + TONE_SECONDS);
}

function ring() {
  document.body.classList.add("-bell");
  setTimeout(() => document.body.classList.remove("-bell"), FLASH_MILLISECONDS);
  if (!document.hasFocus() && !document.title.startsWith(MARK)) {
    document.title = MARK + document.title;
  }
  sound();
}

// textual-serve's page opens the socket and passes over what it does not know.
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", (event) => {
      if (event.data === '["bell"]') {
        ring();
      }
    });
  }
};

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
  if (document.title.startsWith(MARK)) {
    document.title = document.title.slice(MARK.length);
  }
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
