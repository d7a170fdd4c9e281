// What the pages can do beyond links and forms, all of which work without this file: local times, copying, live
// updates, keys.

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// ---- Times: the server writes UTC; people read their own, and UTC when they point at it.

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

function localTimes(root) {
  for (const time of $$("time[datetime]:not([title])", root)) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    time.title = time.textContent.trim();
    time.textContent = DAY.format(moment);
  }
}

// ---- Copying

async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  // Over an open connection browsers offer the old way only.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function say(text) {
  const status = document.getElementById("said");
  if (status) status.textContent = text;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  try {
    await copyText(button.dataset.copy);
    say("Copied.");
  } catch {
    say("The browser did not let this page copy. Select the text and copy it yourself.");
  }
  button.focus();
});

function showCopyButtons(root) {
  for (const button of $$("button[data-copy][hidden]", root)) button.hidden = false;
}

// ---- Live updates: an event says that something changed; the page is fetched again, and of it only the parts that
// say they are about that are put in place.

const body = document.body;
const SLOW = 2000; // decisions come by the thousand
const SOON = 250; // a person waits for everything else
let wanted = new Set();
let timer = null;
let due = 0;
let fetching = false;

function mark(state, words) {
  const live = document.getElementById("live");
  if (!live) return;
  live.dataset.state = state;
  live.textContent = words;
  live.hidden = false;
}

function want(topic) {
  if (!$$(`[data-live~="${topic}"]`).length) return;
  wanted.add(topic);
  const at = Date.now() + (topic === "decisions" ? SLOW : SOON);
  if (timer && at >= due) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(refresh, at - Date.now());
}

// What somebody is filling in, has open or has selected is left alone.
const busy = (part) =>
  part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");

async function refresh() {
  timer = null;
  if (fetching) return void (timer = setTimeout(refresh, SOON));
  const topics = wanted;
  wanted = new Set();
  fetching = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
    if (answer.redirected || answer.status === 401) return location.reload();
    if (!answer.ok) return;
    swap(new DOMParser().parseFromString(await answer.text(), "text/html"), topics);
  } catch {
    mark("off", "Not live: the server cannot be reached");
  } finally {
    fetching = false;
  }
}

const nameOf = (details) => details.id || details.querySelector("summary")?.textContent;

function swap(fresh, topics) {
  let changed = false;
  for (const part of $$("[data-live][id]")) {
    const next = fresh.getElementById(part.id);
    const about = part.dataset.live.split(" ").some((topic) => topics.has(topic));
    if (!about || !next || busy(part)) continue;
    localTimes(next);
    showCopyButtons(next);
    const open = new Set($$("details[open]", part).map(nameOf));
    for (const one of $$("details", next)) one.open ||= open.has(nameOf(one));
    if (part.innerHTML === next.innerHTML) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const place = focused && (focused.id || focused.getAttribute("href"));
    part.replaceChildren(...next.childNodes);
    changed = true;
    if (place) ($$("[id],[href]", part).find((one) => one.id === place || one.getAttribute("href") === place) || part).focus();
    if (part.dataset.say) say(part.dataset.say);
  }
  if (changed) document.dispatchEvent(new CustomEvent("utc:swapped"));
}

function listen() {
  const path = body.dataset.stream;
  if (!path || !$$("[data-live]").length) return;
  const source = new EventSource(path);
  source.onopen = () => mark("on", "Live");
  source.onerror = () => {
    const over = source.readyState === EventSource.CLOSED;
    mark("off", over ? "Not live: reload to see what is new" : "Not live: trying again");
  };
  for (const topic of (body.dataset.topics || "").split(" ")) {
    source.addEventListener(topic, () => want(topic));
  }
  source.addEventListener("reset", () => body.dataset.topics.split(" ").forEach(want));
  source.addEventListener("bye", () => {
    source.close();
    mark("off", "Not live: your session ended, sign in again");
  });
  source.addEventListener("crowded", () => {
    source.close();
    mark("off", "Not live: newer pages of yours are; reload to see what is new");
  });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

// ---- Keys: single letters, which a switch at the foot of the page turns off. An element says itself by which key it is
// reached; rows of a list are walked with j and k.

function rows() {
  return $$("[data-rows] [data-row]");
}

function walk(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("selected"));
  const next = all[Math.min(Math.max(now + step, 0), all.length - 1)] || all[0];
  all.forEach((row) => row.classList.toggle("selected", row === next));
  const link = next.querySelector("a[href]");
  if (link) link.focus();
  next.scrollIntoView({ block: "nearest" });
}

function reach(key) {
  const within = document.querySelector("[data-row].selected") || document;
  const one =
    $$("[data-key]", within).find((each) => each.dataset.key === key) ||
    $$("[data-key]").find((each) => each.dataset.key === key);
  if (!one) return false;
  if (one.matches("input, textarea, select")) {
    one.focus();
    one.select?.();
  } else one.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (body.dataset.shortcuts !== "on" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog[open]")) return;
  const { key } = event;
  if (key === "j" || key === "k") walk(key === "j" ? 1 : -1);
  else if (key === "?") document.getElementById("keys")?.showModal();
  else if (!/^[a-z/]$/.test(key) || !reach(key)) return;
  event.preventDefault();
});

localTimes(document);
showCopyButtons(document);
listen();
