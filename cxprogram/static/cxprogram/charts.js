/* Mounts the charts of a page: every element with data-cx-chart="ID" draws the Vega-Lite specification in the JSON block
   with that id. The theme follows the page's mode and changes with it. Without this script the caption and the table
   below each chart remain. No eval (ast with the interpreter in vega-embed) and no injected styles: the CSP stays strict. */
(function () {
  "use strict";

  var script = document.currentScript;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var views = new Map();

  function mode() {
    return document.documentElement.dataset.bsTheme || (dark.matches ? "dark" : "light");
  }

  function drop(host) {
    if (views.has(host)) {
      views.get(host).finalize();
      views.delete(host);
    }
  }

  // The host names the finding; vega would write its own name there, and its parts would repeat it piece by piece.
  function name(host, spec) {
    host.setAttribute("role", "img");
    host.setAttribute("aria-label", spec.description);
    host.removeAttribute("aria-roledescription");
    var svg = host.querySelector("svg");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("focusable", "false");
  }

  function draw(host, themes) {
    var spec = JSON.parse(document.getElementById(host.dataset.cxChart).textContent);
    // A drawing has no width while it is hidden: wait until it is opened.
    if (!host.clientWidth) {
      return Promise.resolve();
    }
    spec.width = host.clientWidth;
    return window.vegaEmbed(host, spec, {
      mode: "vega-lite",
      renderer: "svg",
      config: themes[mode()],
      ast: true,
      actions: false,
      defaultStyle: false,
      tooltip: false,
      hover: false
    }).then(function (result) {
      drop(host);
      views.set(host, result);
      name(host, spec);
      host.dataset.cxMode = mode();
    });
  }

  function start(themes) {
    var hosts = Array.from(document.querySelectorAll("[data-cx-chart]"));
    function all() {
      hosts.forEach(function (host) { draw(host, themes); });
    }
    dark.addEventListener("change", all);
    new MutationObserver(all).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    var sizes = new ResizeObserver(function (entries) {
      entries.forEach(function (entry) {
        var width = Math.round(entry.contentRect.width);
        if (width && entry.target.dataset.cxWidth !== String(width)) {
          entry.target.dataset.cxWidth = String(width);
          draw(entry.target, themes);
        }
      });
    });
    hosts.forEach(function (host) { sizes.observe(host); });
  }

  document.fonts.ready.then(function () {
    return fetch(script.dataset.cxThemes);
  }).then(function (answer) {
    if (!answer.ok) {
      throw new Error("The charts' theme did not load: " + answer.status);
    }
    return answer.json();
  }).then(start);
})();
