// What the pages cannot do by themselves: tick, copy, listen, and change what has changed without touching the rest.
"use strict";
(() => {
  const MOST_ROWS = 500;
  const QUIET = 700; // milliseconds between two looks at what has changed
  const RARELY = 3000; // and at what takes long to find out
  const TOGETHER = 200; // milliseconds in which new rows are gathered
  const started = performance.now();
  const body = document.body;

  // The sandbox's clock, and everything that counts on it.
  function now() {
    const clock = document.querySelector("[data-tick]");
    if (!clock) return Date.now();
    if (clock.dataset.seen !== clock.dataset.unix) {
      clock.dataset.seen = clock.dataset.unix;
      clock.since = performance.now();
    }
    const since = clock.since ?? started;
    return (Number(clock.dataset.unix) + ((performance.now() - since) / 1000) * Number(clock.dataset.scale)) * 1000;
  }
  const text = (instant) => new Date(instant).toISOString().slice(0, 19).replace("T", " ");
  function span(seconds) {
    for (const [size, word, smaller, less] of [[86400, "d", 3600, "h"], [3600, "h", 60, "min"], [60, "min", 1, "s"]]) {
      if (seconds >= size) {
        const rest = Math.floor((seconds % size) / smaller);
        return `${Math.floor(seconds / size)} ${word}${rest ? ` ${rest} ${less}` : ""}`;
      }
    }
    return `${Math.max(0, Math.floor(seconds))} s`;
  }
  function say(element, words) {
    if (element.textContent !== words) element.textContent = words;
  }
  let latest = now();
  function tick() {
    const instant = now();
    for (const each of document.querySelectorAll("[data-tick]")) say(each, text(instant));
    for (const each of document.querySelectorAll("[data-local-tick]")) say(each, `${HERE.format(instant)} here`);
    let passed = false;
    for (const each of document.querySelectorAll("[data-count]")) {
      const at = Date.parse(each.dataset.count);
      say(each, span((at - instant) / 1000));
      passed ||= latest < at && at <= instant;
    }
    if (passed) setTimeout(changed, 150);
    latest = instant;
  }
  setInterval(tick, 250);

  const HERE = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "medium" }); // to make one takes longer than to use it
  const zone = HERE.resolvedOptions().timeZone;
  function local(root) {
    for (const each of root.querySelectorAll("[data-local]")) say(each, `${HERE.format(new Date(each.dataset.local))} (${zone})`);
    for (const each of root.querySelectorAll("time[data-at]")) each.title = `${each.getAttribute("datetime")} in the sandbox; ${HERE.format(new Date(each.getAttribute("datetime")))} in ${zone}`;
    const minutes = -new Date().getTimezoneOffset();
    const offset = `${minutes < 0 ? "-" : "+"}${String(Math.floor(Math.abs(minutes) / 60)).padStart(2, "0")}:${String(Math.abs(minutes) % 60).padStart(2, "0")}`;
    for (const each of root.querySelectorAll("[data-offset]")) each.value = offset;
    for (const each of root.querySelectorAll("option[data-zone]")) say(each, `${zone} (${offset})`);
  }

  // Whatever is marked live is fetched anew and changed in place: focus, selection and open details stay.
  let waiting = null, last = 0, looking = false, again = false;
  function changed() {
    if (waiting || document.hidden) return;
    waiting = setTimeout(look, Math.max(0, QUIET - (performance.now() - last)));
  }
  async function look() {
    waiting = null;
    last = performance.now();
    again = looking; // what is on its way may have been written before the change
    if (looking || !document.querySelector("[data-live]")) return;
    looking = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        const other = fresh.getElementById(part.id);
        if (!other) continue;
        window.Idiomorph.morph(part, other, {
          ignoreActiveValue: true,
          callbacks: { beforeAttributeUpdated: (name) => name !== "open" && name !== "title" && !name.startsWith("data-seen") },
        });
        window.htmx.process(part);
      }
      local(document);
      tick();
      lateSoon();
    } finally {
      looking = false;
      if (again) changed();
    }
  }

  // What takes long to find out comes after its page.
  let lateWaits = null, lateLast = -RARELY;
  function lateSoon() {
    if (lateWaits || !document.querySelector("[data-late]")) return;
    lateWaits = setTimeout(late, Math.max(0, RARELY - (performance.now() - lateLast)));
  }
  async function late() {
    try {
      for (const part of document.querySelectorAll("[data-late]")) {
        const answer = await fetch(part.dataset.late, { headers: { Accept: "text/html" } });
        if (answer.ok) window.Idiomorph.morph(part, `<div>${await answer.text()}</div>`, { morphStyle: "innerHTML" });
      }
    } finally {
      lateWaits = null;
      lateLast = performance.now();
    }
  }

  // New requests, as the server tells of them; a page in the background hears of nothing and catches up.
  let source = null;
  let since = Number(body.dataset.since);
  function listen() {
    source?.close();
    source = null;
    const journal = document.getElementById("journal");
    const stream = journal?.dataset.stream || body.dataset.stream;
    if (!stream || document.hidden) return;
    const address = new URL(stream, location.href);
    address.searchParams.set("since", String(since));
    address.searchParams.set("changes", body.dataset.changes);
    source = new EventSource(address);
    source.addEventListener("row", (event) => { heard(event); insert(event.data); });
    source.addEventListener("news", (event) => { heard(event); changed(); });
    source.onopen = () => live(true);
    source.onerror = () => live(false);
  }
  function heard(event) {
    since = Math.max(since, Number(event.lastEventId) || 0);
  }
  function live(on) {
    const state = document.getElementById("live-state");
    if (!state) return;
    say(state, on ? "Live" : "The server is not there; waiting for it");
    state.previousElementSibling.classList.toggle("off", !on);
  }
  // Rows that come together are laid out together: a long table takes a while.
  let came = [];
  function insert(html) {
    came.push(html);
    if (came.length === 1) setTimeout(inserted, TOGETHER);
  }
  function inserted() {
    const holder = document.createElement("template");
    holder.innerHTML = came.reverse().join("");
    came = [];
    const rows = document.getElementById("rows");
    if (!rows) return;
    for (const row of holder.content.querySelectorAll("tr")) {
      if (document.getElementById(row.id)) row.remove();
      else row.classList.add("fresh");
    }
    local(holder.content);
    rows.prepend(holder.content);
    if (rows.rows.length) document.getElementById("none")?.remove();
    while (rows.rows.length > MOST_ROWS && !rows.lastElementChild.contains(document.activeElement)) rows.lastElementChild.remove();
    const shown = document.getElementById("shown");
    if (shown) say(shown, String(rows.rows.length));
  }
  document.addEventListener("visibilitychange", () => { listen(); if (!document.hidden) changed(); });
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });

  // Copying.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const label = button.dataset.label ||= button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed here";
    }
    setTimeout(() => { button.textContent = label; }, 1500);
  });

  // Forms: the curl that does the same, and errors at their fields.
  const later = new WeakMap();
  async function snippets(form) {
    const answer = await fetch(form.dataset.snippets, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) return;
    const fresh = document.createElement("template");
    fresh.innerHTML = `<div>${await answer.text()}</div>`;
    const place = document.getElementById("snippets");
    window.Idiomorph.morph(place, fresh.content.firstElementChild.innerHTML, { morphStyle: "innerHTML", callbacks: { beforeAttributeUpdated: (name) => name !== "open" } });
  }
  async function preview(form) {
    const place = form.querySelector(".preview");
    if (!form.querySelector(".same")?.open) return;
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.ok) place.innerHTML = await answer.text();
  }
  function previewSoon(form) {
    clearTimeout(later.get(form));
    later.set(form, setTimeout(() => preview(form), 250));
  }
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-preview]");
    if (form) previewSoon(form);
    const composer = event.target.closest("form[data-snippets]");
    if (composer) {
      clearTimeout(later.get(composer));
      later.set(composer, setTimeout(() => snippets(composer), 250));
    }
    mark(event.target, false);
  });
  document.addEventListener("toggle", (event) => {
    const form = event.target.closest?.("form[data-preview]");
    if (form) previewSoon(form);
  }, true);
  function mark(field, wrong, id) {
    if (!field?.setAttribute || !field.name) return;
    if (wrong) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", id);
    } else if (field.getAttribute("aria-invalid")) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
  }
  function flaws(form) {
    for (const field of form.elements) mark(field, false);
    const list = form.querySelector(".errors");
    let first = null;
    for (const flaw of list.querySelectorAll("[data-flaw]")) {
      const missing = /(\S+) is missing$/.exec(flaw.textContent);
      const pointer = flaw.dataset.flaw + (missing ? `/${missing[1]}` : "");
      const field = [...form.elements].find((each) => each.name && !each.disabled && (each.name === pointer || (pointer && each.name.startsWith(`${pointer}/`)) || (pointer === "" && each.dataset.default !== undefined)));
      if (!field) continue;
      mark(field, true, list.id);
      first ??= field;
      line(field, flaw.textContent);
    }
    if (list.querySelector("[data-flaw]")) first?.focus();
  }
  // An editor counts its lines, and shows the one that is wrong.
  function gutter(editor, wrong) {
    const lines = editor.value.split("\n").length;
    const column = editor.parentElement.querySelector(".gutter");
    column.replaceChildren(...Array.from({ length: lines }, (_, at) => {
      const number = document.createElement("span");
      number.textContent = `${at + 1}\n`;
      if (at + 1 === wrong) number.className = "wrong";
      return number;
    }));
    column.scrollTop = editor.scrollTop;
  }
  function line(field, words) {
    const found = /line (\d+)/.exec(words);
    if (!found || !field.matches("[data-lines]")) return;
    const wrong = Number(found[1]);
    gutter(field, wrong);
    const before = field.value.split("\n").slice(0, wrong - 1).join("\n").length + (wrong > 1 ? 1 : 0);
    const end = field.value.indexOf("\n", before);
    field.setSelectionRange(before, end < 0 ? field.value.length : end);
  }
  for (const editor of document.querySelectorAll("[data-lines]")) {
    editor.addEventListener("input", () => gutter(editor));
    editor.addEventListener("scroll", () => { editor.parentElement.querySelector(".gutter").scrollTop = editor.scrollTop; });
    gutter(editor);
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form.fill");
    if (form) setTimeout(() => flaws(form));
  });
  body.addEventListener("htmx:configRequest", (event) => { event.detail.headers.Accept = "text/html"; }); // programs get JSON
  body.addEventListener("changed", () => { last = 0; changed(); });
  body.addEventListener("htmx:afterSwap", (event) => { local(event.target); if (event.target.id === "journal") listen(); });
  body.addEventListener("htmx:oobAfterSwap", (event) => local(event.target));

  // Fields that belong to a choice are there only while it is chosen.
  function choose(root) {
    for (const part of root.querySelectorAll("[data-when]")) {
      const [name, ...values] = part.dataset.when.split(" ");
      const field = part.closest("form")?.elements[name];
      part.hidden = !(field && values.includes(field.value));
    }
    for (const part of root.querySelectorAll("[data-when]")) {
      for (const each of part.querySelectorAll("input, select, textarea")) each.disabled = Boolean(each.closest("[data-when][hidden]"));
    }
  }
  document.addEventListener("change", (event) => { if (event.target.form) choose(event.target.form); });

  // Rules in another order: with the mouse, or with the buttons beside them.
  let dragged = null;
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-drag]");
    if (dragged) event.dataTransfer.effectAllowed = "move";
  });
  document.addEventListener("dragover", (event) => {
    const over = event.target.closest?.("[data-drag]");
    if (dragged && over && over !== dragged && over.dataset.list === dragged.dataset.list) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const over = event.target.closest?.("[data-drag]");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const order = JSON.parse(dragged.dataset.move);
    order.body = { before: over.dataset.drag };
    window.htmx.ajax("POST", dragged.dataset.act, { target: "#told", swap: "innerHTML", values: { order: JSON.stringify(order), done: "The rules are asked in another order" } });
    dragged = null;
  });

  // The contract, sifted: what does not fit is out of sight, chapters that are empty then too.
  const sift = document.getElementById("sift");
  function sifted() {
    const words = sift.q.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const source = sift.source.value;
    let shown = 0;
    for (const each of [...document.querySelectorAll(".pages .promise")].reverse()) {
      const inside = [...each.querySelectorAll(":scope > .promise")].some((part) => !part.hidden);
      const own = (!source || each.dataset.source === source) && words.every((word) => each.textContent.toLowerCase().includes(word));
      each.hidden = !own && !inside;
      shown += own;
    }
    for (const card of document.querySelectorAll(".pages > section")) {
      const promises = card.querySelectorAll(".promise");
      const left = [...promises].some((each) => !each.hidden);
      const told = words.every((word) => card.textContent.toLowerCase().includes(word));
      card.hidden = Boolean(words.length || source) && (promises.length ? !left : !told || Boolean(source));
      if (words.length || source) for (const each of card.querySelectorAll("details")) if (each.querySelector(".promise:not([hidden])")) each.open = true;
    }
    say(document.getElementById("sifted"), words.length || source ? `${shown} statements fit.` : "");
  }
  if (sift) {
    const filter = () => {
      const address = new URL(location.href);
      for (const name of ["q", "source"]) sift[name].value ? address.searchParams.set(name, sift[name].value) : address.searchParams.delete(name);
      history.replaceState(history.state, "", address);
      sifted();
    };
    sift.addEventListener("input", filter);
    sift.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
    if (sift.q.value || sift.source.value) sifted();
  }

  local(document);
  choose(document);
  tick();
  lateSoon();
  listen();
})();
