/* Live parts, on top of htmx: a page that is as it was is not replaced, and a page that got old says so. */
"use strict";
(() => {
  const main = () => document.getElementById("main");
  const busy = () => {
    const chosen = document.getSelection();
    return (chosen && !chosen.isCollapsed) || main().contains(document.activeElement);
  };
  let held = false;
  let last = document.querySelector("#as-of time")?.textContent ?? "";

  const tell = (text, old) => {
    const place = document.getElementById("as-of");
    place.classList.toggle("old", old);
    if (place.textContent !== text) place.textContent = text;
  };

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.parameters.seen = main().dataset.seen ?? "";
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // whoever reads it with the keyboard or has marked a part of it is not disturbed
    held = busy() && event.detail.xhr.status === 200;
    if (held) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const at = event.detail.xhr?.getResponseHeader("X-As-Of");
    if (held) {
      held = false;
      tell(`as of ${last} UTC; there is news, shown as soon as nothing here is focused or marked`, true);
    } else if (event.detail.successful && at) {
      last = at;
      document.title = decodeURIComponent(event.detail.xhr.getResponseHeader("X-Title") ?? "") || document.title;
      tell(`as of ${last} UTC`, false);
    } else {
      tell(`not reached: this is as of ${last} UTC`, true);
    }
  });
})();
