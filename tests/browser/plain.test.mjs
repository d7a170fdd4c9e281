// Without JavaScript everything works by links and forms.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Browser, end, letIn, setUp } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

let server, browser, page;
before(async () => {
  server = await Server.start();
  browser = await Browser.start();
  browser.expect(/status of 400/);
  page = await browser.window(server, { javaScriptEnabled: false });
  await setUp(page, server);
});
after(() => end(browser, server));

test("a rule is turned on with a reason, and the receipt says so", async () => {
  await page.goto("/rules");
  await page.locator("a[href='/rules/writes_require_approval/on']").click();
  await page.getByLabel(/Why do you turn it on/).fill("trying it without scripts");
  await page.getByRole("button", { name: "Turn it on" }).click();
  await page.getByRole("status").getByRole("link", { name: "Its receipt" }).click();
  await page.getByText("trying it without scripts").first().waitFor();
  await page.getByText("POLICY_CHANGE").first().waitFor();
});

test("a write waits, a person approves it, and the receipt verifies", async () => {
  const token = server.admin("token", "create", "agent", "--role", "decider", "--subject", "agent-1");
  const asked = await server.call(token, "POST", "/api/v1/decide", { subject: "agent-1", action: "write:/orders", unit: "orders", reason: "a refund" });
  assert.equal(asked.decision, "REQUIRE_APPROVAL");
  const approver = await letIn(page, "boss", ["approver"]);
  const window = await browser.window(server, { javaScriptEnabled: false });
  await window.goto("/login");
  await window.getByLabel("Name").fill(approver.name);
  await window.getByLabel("Password").fill(approver.password);
  await window.getByRole("button", { name: "Sign in" }).click();
  await window.goto("/approvals");
  await window.getByRole("link", { name: "write:/orders", exact: true }).click();
  await window.getByText("a refund").waitFor();
  await window.getByLabel(/Comment/).fill("as agreed");
  await window.getByRole("button", { name: "Approve" }).click();
  await window.getByText("as agreed").waitFor();
  await page.goto(`/receipts/${asked.receipt_id}`);
  await page.getByRole("button", { name: /Verify/ }).or(page.getByRole("link", { name: /Verify/ })).first().click();
  await page.getByText("Valid: nobody changed it").waitFor();
  await window.context().close();
});

test("the theme is chosen by a button and stays", async () => {
  await page.goto("/overview");
  await page.getByRole("button", { name: "Dark" }).click();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await page.goto("/units");
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
});

test("a source is registered, its secret is shown once, and it is shut out", async () => {
  await page.goto("/signals");
  await page.getByRole("link", { name: "Register a source" }).click();
  await page.getByLabel(/Name of the source/).fill("code-host");
  await page.getByLabel("It proves itself by").selectOption("github");
  await page.getByRole("button", { name: /Register the source/ }).click();
  // Nothing is registered without what it signs with, and what was entered is still there.
  await page.getByRole("alert").getByText("is needed for this signature").waitFor();
  assert.equal(await page.getByLabel(/Name of the source/).inputValue(), "code-host");
  await page.getByLabel(/Make a new secret/).check();
  await page.getByRole("button", { name: /Register the source/ }).click();
  assert.match(await page.locator("#secret").innerText(), /^whsec_/);
  await page.getByRole("link", { name: "I have it" }).click();
  await page.getByLabel(/How far it is believed/).fill("0");
  await page.getByRole("button", { name: /Change the source/ }).click();
  await page.getByRole("status").getByText("The source is changed.").waitFor();
  await page.getByText("0.0 of 1").or(page.getByText("0 of 1")).first().waitFor();
});

test("a unit is configured, labelled, reported of and unlocked", async () => {
  await page.goto("/units");
  await page.getByText("Configure a new unit").click();
  await page.getByLabel(/Name of the new unit/).fill("ledger");
  await page.getByRole("button", { name: /Configure this unit/ }).click();
  await page.getByRole("heading", { name: "ledger" }).waitFor();
  await page.getByText("Change the configuration").click();
  await page.getByLabel("Labels").fill("team = payments");
  await page.getByLabel("Overrides of methods").fill("read POST /search");
  await page.getByLabel("Levels by").selectOption("classic");
  await page.getByLabel(/Minutes below it/).fill("0");
  await page.getByRole("button", { name: /Replace the configuration/ }).click();
  await page.getByText("team=payments").waitFor();
  await page.getByText("Report its load").click();
  await page.getByLabel(/Arrivals per hour/).fill("95");
  await page.getByLabel(/Capacity per hour \(/).fill("100");
  await page.getByRole("button", { name: "Report this load" }).click();
  const writes = page.locator("#writes");
  await writes.getByText("DENY").waitFor();
  await writes.getByText("fewer than 50 arrivals per hour").waitFor();
  await writes.getByRole("link", { name: /Evidence for: Writes are refused/ }).click();
  await page.getByText("from permissive to read_only").first().waitFor();
});

test("a webhook is made, tried out and deleted", async () => {
  await page.goto("/access");
  await page.getByRole("link", { name: "Make a webhook" }).click();
  await page.getByLabel("Name").fill("pager");
  await page.getByLabel(/Address that notices go to/).fill("http://127.0.0.1:9/hook");
  await page.getByRole("button", { name: /Make the webhook/ }).click();
  assert.match(await page.locator("#secret").innerText(), /^whsec_/);
  await page.getByRole("link", { name: "I have it" }).click();
  await page.getByRole("button", { name: /Send it a test/ }).click();
  await page.getByText("The receiver did not take the test").waitFor();
  await page.getByRole("link", { name: /Delete the webhook/ }).click();
  await page.getByRole("button", { name: "Delete it" }).click();
  await page.getByText("The webhook is deleted.").waitFor();
});
