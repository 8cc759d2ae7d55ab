/* The widget: one question of a survey inside another site's page. No dependency, no cookie, no inline style: it works
   under a strict policy that names our address in script-src and connect-src.

     <script src="https://cx.example.org/embed/short-name.js" async></script>
     <div data-cx-survey="short-name" data-lang="sv" data-place="b7k2m9xq" data-theme="light"></div>

   A hidden question of the survey is filled by data-field- and its code: data-field-plan="gold".
   Without data-theme (light or dark) it follows the page around it, and is light where the page says nothing.
   It stands in every element that names its survey, else where the script stands. An answer is written to the browser
   before it is sent and taken away when it has arrived, tried again every five seconds until then; the same key each
   time makes a repeat harmless. */
(function (survey) {
  "use strict";
  var script = document.currentScript;
  var base = script ? new URL(script.src).origin : survey.origin;
  var STORE = "cx-answers:" + survey.slug, PAUSE = 5000;
  var timer = null, flying = {}, listeners = [];

  // --- answers on their way ---
  function load() {
    try { return JSON.parse(localStorage.getItem(STORE)) || []; } catch (error) { return memory; }
  }
  var memory = [];
  function save(rows) {
    memory = rows;
    try { localStorage.setItem(STORE, JSON.stringify(rows)); } catch (error) { /* a browser that keeps nothing: memory does */ }
  }
  function newKey() {
    var bytes = crypto.getRandomValues(new Uint8Array(18));
    return btoa(String.fromCharCode.apply(null, bytes)).replace(/\+/g, "-").replace(/\//g, "_");
  }
  function tell(key, outcome) { listeners.forEach(function (listen) { listen(key, outcome); }); }

  function send(row) {
    if (!flying[row.key]) flying[row.key] = post(row);
    return flying[row.key];
  }
  function post(row) {
    return fetch(base + row.path, {
      method: "POST", mode: "cors", credentials: "omit", keepalive: true,
      headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: row.body
    }).then(function (reply) {
      // Taken in, or never to be taken in: both are final. Everything else is tried again with the same key.
      var isFinal = reply.ok || (reply.status >= 400 && reply.status < 500 && reply.status !== 408 && reply.status !== 429);
      if (isFinal) {
        save(load().filter(function (other) { return other.key !== row.key; }));
        tell(row.key, reply.ok ? "stored" : "refused");
      }
      return isFinal;
    }).catch(function () { return false; }).then(function (isFinal) { delete flying[row.key]; return isFinal; });
  }
  // One page sends at a time where the browser can say so; the next one finds what has arrived taken away.
  function flush() {
    clearTimeout(timer);
    timer = null;
    if (!navigator.locks) { deliver(); return; }
    navigator.locks.request(STORE, deliver).catch(deliver);
  }
  function deliver() {
    var rows = load();
    return Promise.all(rows.map(send)).then(function (outcomes) {
      rows.forEach(function (row, place) { if (!outcomes[place]) tell(row.key, "waiting"); });
      if (load().length && !timer) timer = setTimeout(flush, PAUSE);
    });
  }
  addEventListener("online", flush);

  // --- what is shown ---
  function element(name, facts, parts) {
    var made = document.createElement(name);
    Object.keys(facts || {}).forEach(function (fact) {
      if (fact === "text") made.textContent = facts.text; else made.setAttribute(fact, facts[fact]);
    });
    (parts || []).forEach(function (part) { if (part) made.appendChild(part); });
    return made;
  }
  function languageOf(host) {
    var wished = [host.getAttribute("data-lang"), document.documentElement.lang].concat(navigator.languages || []);
    for (var place = 0; place < wished.length; place++) {
      var full = (wished[place] || "").toLowerCase(), code = full.split("-")[0];
      if (code === "no") code = "nb";
      if (survey.texts[full]) return full;
      if (survey.texts[code]) return code;
    }
    return survey.language;
  }

  // Whether a colour of the page is a dark one; nothing of one that shows what lies behind it.
  function isDark(colour) {
    var part = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/.exec(colour);
    if (!part || (part[4] !== undefined && part[4] < 0.5)) return null;
    return (299 * part[1] + 587 * part[2] + 114 * part[3]) / 1000 < 128;
  }
  // The page around: the ground on which the widget stands, else the page's text, which is light on a dark page.
  function isOnDark(host) {
    var wished = host.getAttribute("data-theme");
    if (wished === "light" || wished === "dark") return wished === "dark";
    for (var around = host; around; around = around.parentElement) {
      var found = isDark(getComputedStyle(around).backgroundColor);
      if (found !== null) return found;
    }
    return isDark(getComputedStyle(host).color) === false;
  }

  function place(host) {
    if (host.shadowRoot) return;
    var language = languageOf(host), words = survey.texts[language], root = host.attachShadow({ mode: "open" });
    if (window.CSSStyleSheet && "replaceSync" in CSSStyleSheet.prototype && "adoptedStyleSheets" in root) {
      var sheet = new CSSStyleSheet();
      sheet.replaceSync(survey.style);
      root.adoptedStyleSheets = [sheet];
    }
    var box = element("section", { lang: language, dir: words.dir, "aria-label": words.title, "class": "box" });
    function dress() { box.classList.toggle("box--dark", isOnDark(host)); }
    dress();
    addEventListener("load", dress);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress);
    root.appendChild(box);
    if (!words.question) {
      box.appendChild(element("p", {}, [element("a", { href: base + "/s/" + survey.slug + "/?lang=" + language, text: words.title })]));
      return;
    }
    var choices = words.choices.map(function (choice) {
      return element("label", {}, [
        element("input", { type: "radio", name: survey.question, value: choice[0] }), element("span", { text: choice[1] })
      ]);
    });
    var alertBox = element("p", { role: "alert", "class": "alert" });
    var written = words.comment && element("textarea", { rows: "3", maxlength: "2000", id: "comment", "aria-describedby": "hint" });
    var more = element("div", { "class": "more", hidden: "" }, [
      written && element("label", { "for": "comment", text: words.comment }),
      written && element("p", { id: "hint", "class": "hint", text: words.hint }), written,
      element("button", { type: "submit", text: words.send })
    ]);
    var form = element("form", { novalidate: "" }, [
      element("fieldset", {}, [
        element("legend", { text: words.question }), element("p", { "class": "end", text: words.low }),
        element("div", { "class": "scale" }, choices), element("p", { "class": "end high", text: words.high })
      ]), alertBox, more
    ]);
    box.appendChild(form);
    form.addEventListener("change", function () { more.hidden = false; alertBox.textContent = ""; });
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var chosen = form.querySelector("input:checked");
      if (!chosen) { more.hidden = false; alertBox.textContent = words.choose; return; }
      var body = new URLSearchParams(), row = { key: newKey() }, query = new URLSearchParams({ lang: language });
      if (host.getAttribute("data-place")) query.set("p", host.getAttribute("data-place"));
      survey.fields.forEach(function (code) {
        var value = host.getAttribute("data-field-" + code.toLowerCase());
        if (value) query.set(code, value);
      });
      body.set("key", row.key); body.set("via", "widget"); body.set(survey.question, chosen.value);
      if (written && written.value.trim()) body.set(survey.comment, written.value);
      row.path = "/s/" + survey.slug + "/?" + query; row.body = body.toString();
      var thanks = element("p", { role: "status", tabindex: "-1", "class": "thanks", text: words.thanks });
      listeners.push(function (key, outcome) {
        if (key === row.key) thanks.textContent = { stored: words.thanks, waiting: words.waiting, refused: words.refused }[outcome];
      });
      save(load().concat(row));
      form.replaceWith(thanks);
      thanks.focus();
      flush();
    });
  }

  function start() {
    if (!survey.isOpen) { flush(); return; }
    var hosts = document.querySelectorAll('[data-cx-survey="' + survey.slug + '"]');
    if (!hosts.length && script && script.parentNode) {
      var host = document.createElement("div");
      var fields = survey.fields.map(function (code) { return "data-field-" + code.toLowerCase(); });
      ["data-lang", "data-place", "data-theme"].concat(fields).forEach(function (name) {
        if (script.hasAttribute(name)) host.setAttribute(name, script.getAttribute(name));
      });
      if (script.closest("head")) document.body.appendChild(host); else script.parentNode.insertBefore(host, script.nextSibling);
      hosts = [host];
    }
    Array.prototype.forEach.call(hosts, place);
    flush();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})(CX_SURVEY);
