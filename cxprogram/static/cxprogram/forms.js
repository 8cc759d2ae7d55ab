// Forms that lead on step by step: sent once, however fast one clicks, and no "send again?" on the way back.
// Without this file the same forms work: what is sent twice is done once.
"use strict";

(() => {
  const AGAIN_MS = 2000;
  const sent = new WeakMap();

  // A page that answers its own form stands in the history as something sent; from now on it is something read.
  if (document.querySelector("form.cx-form[method=post]:not([action])")) {
    history.replaceState(history.state, "", location.href);
  }

  // The window hears last: a form that a page sends in the background is left alone.
  window.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if (event.timeStamp - (sent.get(event.target) ?? -AGAIN_MS) < AGAIN_MS) event.preventDefault();
    else sent.set(event.target, event.timeStamp);
  });
})();
