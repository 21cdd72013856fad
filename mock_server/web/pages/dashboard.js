// Asks the control plane beside this page for its JSON, and shows it. Everything shown is text, never markup.
"use strict";

const EVERY = 2000; // milliseconds
const byId = (id) => document.getElementById(id);
const key = () => byId("key").value;

async function call(method, path, value) {
  const url = new URL(path, document.baseURI);
  if (key()) url.searchParams.set("key", key());
  const answer = await fetch(url, {
    method,
    headers: value === undefined ? {} : { "Content-Type": "application/json" },
    body: value === undefined ? undefined : JSON.stringify(value),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail || answer.statusText);
  return body;
}

function element(name, content, className) {
  const made = document.createElement(name);
  if (content instanceof Node) made.append(content);
  else if (content !== null && content !== undefined) made.textContent = content;
  if (className) made.className = className;
  return made;
}

function fill(table, names, rows, empty) {
  const head = element("tr");
  names.forEach((name) => head.append(element("th", name)));
  const body = rows.map((cells) => {
    const row = element("tr");
    cells.forEach((cell) => row.append(element("td", cell)));
    return row;
  });
  if (rows.length) table.replaceChildren(head, ...body);
  else table.replaceChildren(element("tr", element("td", empty, "quiet")));
}

function button(text, act) {
  const made = element("button", text);
  made.addEventListener("click", act);
  return made;
}

function showClock(clock) {
  byId("now").textContent = clock.now;
  const pace = clock.frozen ? "frozen" : clock.scale === 1 ? "running" : `running, ${clock.scale} seconds a second`;
  const advance = clock.auto_advance ? `, moves on for clients that wait (${clock.auto_advance} s a second)` : "";
  const others = clock.keys ? Object.keys(clock.keys).length : 0;
  byId("course").textContent = pace + advance + (others ? `; ${others} keys have a clock of their own` : "");
}

function showFaults({ faults }) {
  const rows = faults.map((rule) => [
    element("code", rule.id),
    element("code", JSON.stringify(rule.fault)),
    element("code", rule.match ? JSON.stringify(rule.match) : "every call"),
    `${rule.applied} of ${rule.seen}`,
    button("Delete", () => change("DELETE", `faults/${encodeURIComponent(rule.id)}`)),
  ]);
  fill(byId("faults"), ["Rule", "Fault", "For", "Struck", ""], rows, "Nothing goes wrong on purpose.");
}

function showRequests({ requests, meta }) {
  byId("total").textContent = `${meta.total} in the journal`;
  const rows = requests.map((entry) => [
    button(`#${entry.id}`, () => showEntry(entry.id)),
    element("span", entry.at.replace("T", " ").replace("Z", ""), "time"),
    element("code", `${entry.request.method} ${entry.request.url}`),
    element("span", entry.response.status, `badge status-${String(entry.response.status)[0]}`),
    entry.fault ? element("span", entry.fault, "badge assumed") : "",
    entry.reason || "",
    element("code", entry.key || ""),
  ]);
  fill(byId("requests"), ["", "Sandbox time", "Request", "Status", "Fault", "Why", "Key"], rows, "No requests yet.");
}

function showKeys({ keys, meta }) {
  const rows = keys.slice(0, 200).map((each) => [element("code", each.key), each.plan]);
  fill(byId("keys"), ["Key", "Plan"], rows, "No key has been used yet; any tf_test_<plan>_<name> works.");
  const chosen = key();
  const options = [new Option("all keys", ""), ...keys.slice(0, 200).map((each) => new Option(each.key, each.key))];
  if (chosen && !keys.some((each) => each.key === chosen)) options.push(new Option(chosen, chosen));
  if (meta.total && byId("key").options.length !== options.length) {
    byId("key").replaceChildren(...options);
    byId("key").value = chosen;
  }
}

async function showEntry(id) {
  await told(async () => {
    const entry = await call("GET", `requests/${id}`);
    byId("which").textContent = `Request #${id}`;
    byId("entry").textContent = JSON.stringify(entry, null, 2);
    byId("detail").hidden = false;
    byId("detail").scrollIntoView({ behavior: "smooth" });
  });
}

async function told(work) {
  try {
    await work();
    byId("problem").hidden = true;
  } catch (error) {
    byId("problem").textContent = error.message;
    byId("problem").hidden = false;
  }
}

async function refresh() {
  await told(async () => {
    const chosen = key();
    const about = await call("GET", "health");
    byId("about").textContent = `version ${about.version}, up for ${about.uptimeInSeconds} s`;
    showKeys(await (await fetch(new URL("keys", document.baseURI))).json());
    const panels = [["clock", showClock], ["faults", showFaults], ["requests?limit=50", showRequests]];
    for (const [path, show] of panels) {
      const answer = await call("GET", path);
      if (key() === chosen) show(answer);
    }
  });
}

async function change(method, path, value) {
  await told(() => call(method, path, value));
  if (byId("problem").hidden) await refresh();
}

byId("clock").addEventListener("click", (event) => {
  const order = event.target.dataset.order;
  if (order) change("PUT", "clock", JSON.parse(order));
});
byId("key").addEventListener("change", refresh);
byId("close").addEventListener("click", () => { byId("detail").hidden = true; });
setInterval(() => { if (byId("live").checked && !document.hidden) refresh(); }, EVERY);
refresh();
