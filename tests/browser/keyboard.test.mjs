// Without a mouse.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Browser, end } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

let server, browser, page;
before(async () => {
  server = await Server.start({ demo: true });
  browser = await Browser.start();
  page = await browser.window(server);
  await page.goto(server.link);
});
after(() => end(browser, server));

/** What has the focus. */
const focus = () => page.evaluate(() => {
  const one = document.activeElement;
  return { tag: one.tagName, href: one.getAttribute("href"), id: one.id, text: one.textContent.trim() };
});

/** Tabs until `fits` and fails after `most` steps; the focus has to be seen at each. */
async function tabTo(fits, most = 60) {
  for (let step = 0; step < most; step += 1) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const box = document.activeElement.getBoundingClientRect();
      const style = getComputedStyle(document.activeElement);
      return box.width > 0 && (style.outlineStyle !== "none" || style.boxShadow !== "none");
    });
    const now = await focus();
    assert.ok(seen, `the focus on ${JSON.stringify(now)} is not seen`);
    if (fits(now)) return now;
  }
  assert.fail("it is not reached");
}

test("the first stop skips to the content", async () => {
  await page.goto("/units");
  await tabTo((now) => now.href === "#main", 1);
  await page.keyboard.press("Enter");
  assert.equal((await focus()).id, "main");
});

test("rows are walked with j and k and opened with Enter", async () => {
  await page.goto("/units");
  await page.keyboard.press("j");
  const first = await focus();
  await page.keyboard.press("j");
  const second = await focus();
  assert.notDeepEqual(first, second);
  await page.keyboard.press("k");
  assert.deepEqual(await focus(), first);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/units\/./);
});

test("/ leads to the search, and letters typed there are letters", async () => {
  await page.goto("/units");
  await page.keyboard.press("/");
  await page.keyboard.type("jk?");
  assert.equal(await page.locator("#q").inputValue(), "jk?");
});

test("? shows the keys and Escape hides them", async () => {
  await page.goto("/overview");
  await page.keyboard.press("?");
  assert.equal(await page.locator("#keys").evaluate((dialog) => dialog.open), true);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#keys").evaluate((dialog) => dialog.open), false);
});

test("the keys can be switched off, for those whose speech types letters", async () => {
  await page.goto("/units");
  await page.getByRole("button", { name: "Keyboard shortcuts" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("body[data-shortcuts=off]").waitFor();
  await page.keyboard.press("?");
  assert.equal(await page.locator("#keys").evaluate((dialog) => dialog.open), false);
  await page.getByRole("button", { name: "Keyboard shortcuts" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("body[data-shortcuts=on]").waitFor();
});

test("a rule is turned on from the navigation to the receipt", async () => {
  await page.goto("/overview");
  await tabTo((now) => now.text === "Rules");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/rules$/);
  await tabTo((now) => now.text.startsWith("Turn on"));
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/on$/);
  await tabTo((now) => now.id === "reason");
  await page.keyboard.type("by keyboard alone");
  await tabTo((now) => now.text === "Turn it on");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/rules$/);
  await page.getByText("by keyboard alone").waitFor();
});
