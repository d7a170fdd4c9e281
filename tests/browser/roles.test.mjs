// Each sees what they may: an approver, a viewer, an auditor, and whoever has not signed in.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Browser, end, letIn, setUp, signIn } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

let server, browser, admin;
const people = {};
before(async () => {
  server = await Server.start();
  browser = await Browser.start();
  browser.expect(/status of 40[134]/);
  admin = await browser.window(server);
  await setUp(admin, server);
  for (const role of ["viewer", "auditor", "approver"]) {
    const person = await letIn(admin, `${role}-1`, [role]);
    const page = await browser.window(server);
    await signIn(page, person);
    people[role] = { ...person, cookies: await page.context().cookies() };
    await page.context().close();
  }
});
after(() => end(browser, server));

/** A window of somebody who has signed in, and the names in their navigation. Nobody signs in more than five times a minute. */
async function tabs(role) {
  const page = await browser.window(server);
  await page.context().addCookies(people[role].cookies);
  await page.goto("/overview");
  const names = await page.getByRole("navigation", { name: "Main" }).getByRole("link").allTextContents();
  return { page, names };
}

async function refused(page, path) {
  const answer = await page.goto(path);
  return answer.status();
}

test("a viewer looks, and changes nothing", async () => {
  const { page, names } = await tabs("viewer");
  for (const seen of ["Overview", "Rules", "Approvals", "Units", "Receipts"]) assert.ok(names.includes(seen), seen);
  await page.goto("/rules");
  assert.equal(await page.getByRole("link", { name: /Turn (on|off)/ }).count(), 0);
  assert.equal(await refused(page, "/rules/writes_require_approval/on"), 403);
  assert.equal(await refused(page, "/access/people/new"), 403);
  for (const path of ["/signals/register", "/access/webhooks/new"]) assert.equal(await refused(page, path), 403, path);
  await page.goto("/signals");
  assert.equal(await page.getByRole("link", { name: "Register a source" }).count(), 0);
  await page.goto("/access");
  assert.equal(await page.getByRole("heading", { name: "Webhooks" }).count(), 0);
  await page.goto("/units");
  assert.equal(await page.getByText("Configure a new unit").count(), 0);
  await page.context().close();
});

test("an auditor exports and changes nothing", async () => {
  const { page, names } = await tabs("auditor");
  assert.ok(names.includes("Evidence"));
  await page.goto("/evidence");
  await page.getByRole("button", { name: /Begin the export/ }).waitFor();
  assert.equal(await refused(page, "/rules/writes_require_approval/on"), 403);
  await page.context().close();
});

test("an approver decides and neither exports nor switches", async () => {
  const { page, names } = await tabs("approver");
  assert.ok(names.includes("Approvals"));
  assert.ok(!names.includes("Evidence"), "no page that answers with a refusal is offered");
  assert.equal(await refused(page, "/evidence"), 403);
  assert.equal(await refused(page, "/rules/writes_require_approval/on"), 403);
  await page.context().close();
});

test("whoever may not decide is told why, and is led to no page that refuses them", async () => {
  const agent = server.admin("token", "create", "agent", "--role", "decider", "--subject", "agent-1");
  const boss = server.admin("token", "create", "boss", "--role", "admin");
  await server.call(boss, "PUT", "/api/v1/units/orders", { approvals_required: 2 });
  await server.call(boss, "PUT", "/api/v1/units/orders/pin", { level: "require_approval", reason: "a test" });
  const asked = await server.call(agent, "POST", "/api/v1/decide", { subject: "agent-1", action: "write:/orders", unit: "orders" });
  const path = `/approvals/${asked.approval.id}`;
  const approver = await tabs("approver");
  await approver.page.goto(path);
  await approver.page.getByRole("button", { name: "Approve" }).click();
  await approver.page.getByText("You have voted already").waitFor();
  assert.equal(await approver.page.getByRole("button", { name: "Approve" }).count(), 0);
  assert.equal(await approver.page.locator("main a[href^='/receipts']").count(), 0);
  await approver.page.context().close();
  const viewer = await tabs("viewer");
  await viewer.page.goto(path);
  await viewer.page.getByText("Somebody with the role approver on this unit decides").waitFor();
  const receipt = viewer.page.locator("main a[href^='/receipts']").first();
  assert.equal((await viewer.page.goto(await receipt.getAttribute("href"))).status(), 200);
  await viewer.page.context().close();
});

test("every page that is offered opens", async () => {
  for (const role of Object.keys(people)) {
    const { page } = await tabs(role);
    const links = page.getByRole("navigation", { name: "Main" }).getByRole("link");
    const paths = await links.evaluateAll((all) => all.map((one) => one.getAttribute("href")));
    assert.ok(paths.length >= 2, role);
    for (const path of paths) assert.equal((await page.goto(path)).status(), 200, `${role}: ${path}`);
    await page.context().close();
  }
});

test("whoever has not signed in is led to the sign-in and back", async () => {
  const page = await browser.window(server);
  await page.goto("/units?level=read_only");
  assert.equal(new URL(page.url()).pathname, "/login");
  await page.getByLabel("Name").fill(people.viewer.name);
  await page.getByLabel("Password").fill(people.viewer.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/units\?level=read_only$/);
  await page.context().close();
});

test("a session's id is never one that the browser came with", async () => {
  const [mine] = people.viewer.cookies.filter((cookie) => cookie.httpOnly);
  assert.equal(mine.sameSite, "Strict");
  const again = await browser.window(server);
  await again.context().addCookies([{ ...mine, value: "chosen-by-somebody-else" }]);
  await again.goto("/login");
  await signIn(again, people.viewer);
  const [fresh] = (await again.context().cookies()).filter((cookie) => cookie.name === mine.name);
  assert.notEqual(fresh.value, "chosen-by-somebody-else");
  assert.notEqual(fresh.value, mine.value);
  await again.context().close();
});

test("a session ends for a stolen cookie too when it is revoked", async () => {
  const { page } = await tabs("viewer");
  const stolen = await page.context().cookies();
  const thief = await browser.window(server);
  await thief.context().addCookies(stolen);
  assert.equal((await thief.goto("/overview")).status(), 200);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/\/login/);
  await thief.goto("/overview");
  assert.equal(new URL(thief.url()).pathname, "/login");
  await thief.context().close();
  await page.context().close();
});
