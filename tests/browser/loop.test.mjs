// docs/DEMO.md, step by step.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Browser, end, overflow, violations } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

let server, browser, page;
before(async () => {
  server = await Server.start({ demo: true });
  browser = await Browser.start();
  page = await browser.window(server);
});
after(() => end(browser, server));

const steps = readFileSync("docs/DEMO.md", "utf8").split("\n").filter((line) => /^## \d/.test(line)).map((line) => line.slice(3));
let done = 0;

/** One step of the walk, which bears the title that it has there. What it leaves on the screen is usable by everybody. */
const step = (title, walk) =>
  test(title, async () => {
    assert.equal(title, steps[done]);
    done += 1;
    await walk();
    assert.deepEqual(await violations(page), []);
    assert.equal(await overflow(page), 0);
  });

/** The newest answer of the gateway. */
const newest = () => page.locator("#answers article").first();

step("1. Start it", async () => {
  await page.goto(server.link);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
});

step("2. Ask through the gateway", async () => {
  await page.getByRole("link", { name: "Runtime demo" }).click();
  await page.getByRole("button", { name: /^Read/ }).first().click();
  await newest().getByText("200", { exact: true }).waitFor();
  await newest().getByText("ALLOW", { exact: true }).waitFor();
  assert.equal(await newest().getByRole("link", { name: /^Verify/ }).count(), 1);
});

step("3. Turn a rule on", async () => {
  await page.getByRole("button", { name: "Turn on writes_require_approval" }).click();
  await page.getByRole("button", { name: "Turn off writes_require_approval" }).waitFor();
  await page.getByRole("button", { name: /^Write/ }).first().click();
  await newest().getByText("409", { exact: true }).waitFor();
  await newest().getByText("REQUIRE_APPROVAL", { exact: true }).waitFor();
});

step("4. Let somebody approve", async () => {
  await newest().getByRole("button", { name: /Approve as the sample/ }).click();
  await page.getByText("The held write ran, once.").waitFor();
});

step("5. Verify, and tamper", async () => {
  await newest().getByRole("link", { name: /^Verify/ }).click();
  await page.getByRole("heading", { name: /Valid: nobody changed it/ }).waitFor();
  assert.equal(await page.locator("#examined").getByText("failed", { exact: true }).count(), 0);
  await newest().getByRole("link", { name: /^Tamper/ }).click();
  await page.getByRole("heading", { name: /Not valid/ }).waitFor();
  assert.ok((await page.locator("#examined").getByText("failed", { exact: true }).count()) > 0);
});

step("6. Watch signals lock a unit", async () => {
  await page.getByRole("link", { name: "Trust signals" }).click();
  await page.getByRole("heading", { name: "Trust signals" }).waitFor();
  await page.goto("/signals/units/tool%3Asend_email");
  // The page tells by itself when the second source has spoken.
  await page.locator("#score").getByText("Flagged since").waitFor({ timeout: 90_000 });
  await page.getByRole("link", { name: "Rules" }).click();
  await page.getByText("system:tdx").first().waitFor();
  await page.goto("/units/tool%3Asend_email");
  await page.locator("main").getByText("read_only_for_risky").first().waitFor();
});

step("7. Take the evidence along", async () => {
  await page.getByRole("link", { name: "Evidence", exact: true }).click();
  await page.getByRole("button", { name: /Begin the export/ }).click();
  const link = page.getByRole("link", { name: /Download the bundle/ });
  await link.waitFor();
  const downloading = page.waitForEvent("download");
  await link.click();
  const bundle = join(server.folder, "bundle.zip");
  await (await downloading).saveAs(bundle);
  const key = await (await fetch(`${server.url}/log/vkey`)).text();
  const verified = server.verify(bundle, "--vkey", key.trim());
  assert.equal(verified.code, 0, verified.output);
});

test("every step of the walk was made", () => assert.equal(done, steps.length));
