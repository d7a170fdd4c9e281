// Every cause of a lock: the unit's page alone names it, with its evidence and what would end it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Browser, end, letIn, overflow, setUp, violations } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

let server, browser, page, admin, sources;
before(async () => {
  // With two minutes of patience one request is enough to fill the queue of one person.
  server = await Server.start({ environment: { APPROVAL_TTL_MINUTES: "2" } });
  browser = await Browser.start();
  page = await browser.window(server);
  await setUp(page, server);
  admin = server.admin("token", "create", "all", "--role", "admin");
  sources = server.admin("token", "create", "sources", "--role", "signal", "--subject", "scanner", "--subject", "siem");
});
after(() => end(browser, server));

const call = (method, path, body) => server.call(admin, method, `/api/v1${path}`, body);
const make = (unit, config = {}) => call("PUT", `/units/${unit}`, config);
const report = (unit, ...observations) =>
  call("POST", `/units/${unit}/observations`, observations.map(([arrival_rate, service_rate, minutes]) => ({ arrival_rate, service_rate, at: ago(minutes) })));
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

/** The page of a unit answers `decision`, names what holds it first, and for each thing why and the way out. */
async function tells(unit, decision, what, way) {
  await page.goto(`/units/${unit}`);
  const writes = page.locator("#writes");
  assert.equal(await writes.locator(".badge").first().innerText(), decision);
  const [first] = await writes.locator(".note strong").allInnerTexts();
  assert.match(first, what);
  assert.match(await writes.innerText(), way);
  for (const note of await writes.locator(".note").all()) {
    const [why, out] = await note.locator("dd").allInnerTexts();
    assert.ok(why.length > 20 && out.length > 20, await note.innerText());
  }
  assert.deepEqual(await violations(page), []);
  assert.equal(await overflow(page), 0);
  return writes;
}

/** What proves the first thing that holds is a receipt, which verifies. */
async function proven(writes) {
  await writes.getByRole("link", { name: /^Evidence/ }).first().click();
  await page.getByRole("button", { name: /^Verify/ }).click();
  await page.getByText("Valid: nobody changed it").waitFor();
}

test("load above the high threshold", async () => {
  await make("high", { controller: "classic" });
  await report("high", [95, 100, 0]);
  const writes = await tells("high", "DENY", /^Writes are refused: the load is high, ρ is 0.95/, /fewer than 50 arrivals per hour/);
  await proven(writes);
});

test("load above the low threshold", async () => {
  await make("middle", { controller: "classic" });
  await report("middle", [70, 100, 0]);
  await tells("middle", "REQUIRE_APPROVAL", /^Writes need an approval: the load is high/, /60 minutes with ρ below 0.5/);
});

test("a forecast that was let act", async () => {
  await make("ahead", { controller: "predictive" });
  const rising = (from, to) => [...Array(to - from).keys()].map((step) => [20 + (from + step) * 1.1, 100, 60 - from - step]);
  await report("ahead", ...rising(0, 50));
  await call("PUT", "/units/ahead/scorecard/holt", { gate: "open", reason: "trusted here" });
  await report("ahead", ...rising(50, 59));
  const writes = await tells("ahead", "DENY", /^Writes are refused: an overload is expected/, /unless a forecast with an open gate/);
  assert.match(await writes.innerText(), /the holt forecast/);
});

test("arrivals that doubled on a loaded unit", async () => {
  await make("spike", { controller: "classic" });
  // By clock hours: the last full hour, and the present one.
  const into = new Date().getUTCMinutes() + new Date().getUTCSeconds() / 60;
  await report("spike", [20, 60, into + 100], [20, 60, into + 50], [20, 60, into + 1], [55, 60, into / 2], [55, 60, into / 3], [55, 60, 0]);
  await tells("spike", "DENY", /^Writes are refused: arrivals doubled within an hour/, /fewer than 30 arrivals/);
});

test("reports that stopped", async () => {
  await make("silent", { controller: "classic" });
  await report("silent", [95, 100, 300], [95, 100, 299]);
  await tells("silent", "DENY", /^Writes are refused/, /Report its load again/);
});

test("a pin", async () => {
  await make("pinned");
  await call("PUT", "/units/pinned/pin", { level: "read_only", reason: "the ledger is restored", expires_at: ago(-60) });
  const writes = await tells("pinned", "DENY", /^Writes are refused: a person pinned the level/, /The pin ends by itself at .* UTC/);
  assert.match(await writes.innerText(), /token:all pinned the level at .*: the ledger is restored/);
});

test("a person's risk mark, while the rule is off and while it is on", async () => {
  await make("marked");
  await call("PUT", "/units/marked/risk", { reason: "a key leaked" });
  await tells("marked", "ALLOW", /^The unit is risky. Nothing is held back for that/, /An operator removes the mark/);
  await call("PUT", "/rules/read_only_for_risky", { enabled: true, reason: "a test" });
  await tells("marked", "DENY", /^Writes are refused: the unit is risky/, /turns the rule off, on the page Rules/);
});

test("the scorer's flag, and while it is set aside", async () => {
  await make("flagged");
  for (const name of ["scanner", "siem"]) {
    await call("PUT", `/tdx/sources/${name}`, { trust: 0.95, authoritative: name === "scanner", signature: "token" });
    await server.call(sources, "POST", "/api/v1/tdx/events", {
      source: name, event_time: ago(0), topic: "identity", severity: "critical", confidence: 0.95, entities: ["flagged"], summary: "a stolen key",
    });
  }
  await call("POST", "/tdx/run");
  const writes = await tells("flagged", "DENY", /^Writes are refused: the unit is risky/, /two successive runs of the scorer below 50/);
  assert.match(await writes.innerText(), /Trust signals of (scanner, siem|siem, scanner)/);
  await writes.getByRole("link", { name: "Risk of this unit" }).click();
  await page.getByRole("heading", { name: "The events that it rests on" }).waitFor();
  await call("PUT", "/units/flagged/risk-override", { reason: "contained", expires_at: ago(-60) });
  await tells("flagged", "ALLOW", /^The scorer’s flag is set aside/, /The exception ends by itself at/);
});

test("observe mode says that nothing binds", async () => {
  await make("watched", { mode: "observe", controller: "classic" });
  await report("watched", [95, 100, 0]);
  await tells("watched", "ALLOW", /^Observe mode: whatever stands here, every write is allowed/, /sets the mode to enforce/);
});

test("the rule for every unit, nobody who could approve, and people who have too much waiting", async () => {
  await call("PUT", "/rules/writes_require_approval", { enabled: true, reason: "a freeze" });
  await make("plain");
  await tells("plain", "REQUIRE_APPROVAL", /^Writes need an approval: the rule writes_require_approval is on/, /Nobody can approve here/);
  await letIn(page, "ann", ["approver"]);
  const writes = await tells("plain", "REQUIRE_APPROVAL", /^Writes need an approval/, /An approver approves each write/);
  assert.doesNotMatch(await writes.innerText(), /Nobody can approve/);
  const asked = await call("POST", "/decide", { subject: "agent-1", action: "write:/x", unit: "plain" });
  assert.equal(asked.decision, "REQUIRE_APPROVAL");
  await tells("plain", "DENY", /^New requests are refused: those who approve have too much waiting/, /Each vote makes room/);
  const refused = await call("POST", "/decide", { subject: "agent-2", action: "write:/x", unit: "plain" });
  assert.equal(refused.code, "approval_saturated");
});

test("the overview says the same of each", async () => {
  await page.goto("/overview");
  const text = await page.locator("#attention-part").innerText();
  for (const part of [/the load is high/, /an overload is expected/, /a person pinned the level/, /the unit is risky/, /Observe mode/]) assert.match(text, part);
});
