"use strict";
// Commands go down a control socket as {"command": "accept" | "send" | "close", ...}; what the end sees comes up it as {"event": ..., "readyState": n, ...}.

const readyStates = ["0 CONNECTING", "1 OPEN", "2 CLOSING", "3 CLOSED"];
const sides = ["client", "server"];
const byId = (id) => document.getElementById(id);
let pair = null;

async function call(path, options) {
  const response = await fetch(path, options);
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail ?? body.title ?? `${response.status} ${response.statusText}`);
  return body;
}

async function showChoices() {
  const { self, nodes, deployments } = await call("choices");
  byId("node").textContent = self;
  sides.forEach((side, index) => {
    const { [side]: node, [`${side}Deployment`]: deployment } = byId("make").elements;
    node.replaceChildren(...nodes.map(({ name, id }) => new Option(name, id)));
    node.selectedIndex = Math.min(index, nodes.length - 1);
    deployment.replaceChildren(...deployments.map((name) => new Option(name)));
  });
  byId("make").querySelector("button").disabled = false;
}

async function makePair(form) {
  leave();
  const made = await call("pairs?" + new URLSearchParams(new FormData(form)), { method: "POST" });
  pair = { id: made.pair, ends: [] };
  byId("ends").replaceChildren();
  pair.ends = made.ends.map((end, side) => drive(side, end));
  byId("pair").textContent = made.pair;
  byId("story").hidden = false;
  await showTimeline();
}

// An end without its control socket is closed by the node that holds it.
function leave() {
  for (const end of pair?.ends ?? []) end.socket.close(1000, "another pair");
  pair = null;
}

function drive(side, { name, node }) {
  const view = byId("end").content.firstElementChild.cloneNode(true);
  view.id = sides[side];
  view.querySelector("h2").textContent = `${sides[side]} end`;
  const field = (key) => view.querySelector(`[data-field=${key}]`);
  const url = new URL(`ends/${name}`, document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url);
  field("node").textContent = node;

  socket.onopen = () => { field("control").textContent = "open"; };
  socket.onclose = (e) => { field("control").textContent = `closed ${e.code} ${e.reason}`; };
  socket.onmessage = ({ data }) => {
    const seen = JSON.parse(data);
    field("readyState").textContent = readyStates[seen.readyState];
    if (seen.event !== "state") {
      const line = document.createElement("li");
      line.className = seen.event === "error" || seen.event === "refused" ? "error" : "";
      line.textContent = describe(seen);
      field("events").append(line);
      line.scrollIntoView({ block: "nearest" });
    }
    showTimelineSoon();
  };

  for (const form of view.querySelectorAll("form")) {
    form.onsubmit = (e) => {
      e.preventDefault();
      const values = Object.fromEntries(new FormData(form, e.submitter));
      socket.send(JSON.stringify(command(form.dataset.command, values)));
      if (form.dataset.command === "send") form.reset();
    };
  }
  byId("ends").append(view);
  return { socket, field };
}

function command(name, { halfOpen, text, code, reason }) {
  switch (name) {
    case "accept": return { command: name, ...(halfOpen && { halfOpen: halfOpen === "true" }) };
    case "send": return { command: name, text };
    case "close": return { command: name, ...(code && { code: Number(code) }), ...(reason && { reason }) };
  }
}

function describe(seen) {
  switch (seen.event) {
    case "accepted": return "accepted";
    case "sent": return `sent ${JSON.stringify(seen.text)}`;
    case "closing": return `close(${[seen.code, seen.reason && JSON.stringify(seen.reason)].filter(Boolean).join(", ")})`;
    case "message": return `message ${seen.text === undefined ? `${seen.bytes} bytes` : JSON.stringify(seen.text)}`;
    case "close": return `close event: code ${seen.code}, reason ${JSON.stringify(seen.reason)}, wasClean ${seen.wasClean}`;
    case "error": return `error event: ${seen.message}`;
    case "refused": return `${seen.kind}: ${seen.message}`;
    default: return JSON.stringify(seen);
  }
}

let timelineTimer = 0;
function showTimelineSoon() {
  clearTimeout(timelineTimer);
  timelineTimer = setTimeout(() => showTimeline().catch(() => {}), 100);
}

async function showTimeline() {
  if (!pair) return;
  const shown = pair;
  const told = await call(`pairs/${shown.id}`);
  if (shown !== pair) return;
  byId("owner").textContent = told.owner ?? "none any more: the pair is finished";
  byId("epoch").textContent = told.epoch ?? "-";
  for (const end of told.ends) {
    if (end.deployment) shown.ends[end.side].field("deployment").textContent = `${end.deployment}, revision ${end.revision}`;
    shown.ends[end.side].field("readyState").textContent = readyStates[end.readyState];
  }
  byId("timeline").replaceChildren(...told.timeline.map((entry) => {
    const row = document.createElement("tr");
    const cells = [entry.time.slice(11, 23), entry.node, sides[entry.side] ?? "pair", entry.what, entry.code ?? ""];
    row.append(...cells.map((text) => Object.assign(document.createElement("td"), { textContent: text })));
    return row;
  }));
}

byId("make").onsubmit = (e) => {
  e.preventDefault();
  byId("problem").textContent = "";
  makePair(e.target).catch((error) => { byId("problem").textContent = error.message; });
};
addEventListener("pagehide", leave);
showChoices().catch((error) => { byId("problem").textContent = error.message; });
