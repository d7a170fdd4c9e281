// Without JavaScript everything works by links and forms.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Browser, end, letIn, setUp } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

let server, browser, page;
before(async () => {
  server = await Server.start();
  browser = await Browser.start();
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
