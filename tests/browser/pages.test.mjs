// Every page, in both themes, on a narrow and a wide screen: what axe finds, whether it has to be pushed sideways, what it weighs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Browser, end, overflow, violations } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

const PAGES = ["/overview", "/rules", "/rules/writes_require_approval/on", "/demo", "/approvals", "/units", "/units/route%3A%2Fpayments",
  "/signals", "/signals/register", "/signals/units/tool%3Asend_email", "/receipts", "/receipts/verify", "/evidence", "/access", "/access/people/new", "/access/tokens/new", "/access/webhooks/new", "/access/password",
  "/api/docs", "/no-such-page"];
const MOST = 60 * 1024;
// The description of the whole API is a reference, not a page of the console.
const MOST_DOCS = 128 * 1024;

let server, browser;
before(async () => {
  server = await Server.start({ demo: true });
  browser = await Browser.start();
  browser.expect(/status of 404/);
});
after(() => end(browser, server));

for (const colorScheme of ["light", "dark"]) {
  for (const width of [320, 1280]) {
    test(`pages are usable by everybody, ${colorScheme}, ${width} px wide`, async (t) => {
      const page = await browser.window(server, { colorScheme, viewport: { width, height: 900 } });
      await page.goto(server.link);
      await page.goto("/receipts");
      const receipt = await page.locator("main a[href^='/receipts/0']").first().getAttribute("href");
      for (const path of [...PAGES, receipt]) {
        await t.test(path, async () => {
          const answer = await page.goto(path);
          assert.equal(answer.status(), path === "/no-such-page" ? 404 : 200);
          assert.deepEqual(await violations(page), []);
          assert.equal(await overflow(page), 0, "pixels to push sideways");
          const weight = (await answer.body()).length;
          assert.ok(weight < (path === "/api/docs" ? MOST_DOCS : MOST), `${weight} bytes`);
        });
      }
      await page.context().close();
    });
  }
}

test("what those who are not signed in see is usable by everybody", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const page = await browser.window(server, { colorScheme, viewport: { width: 320, height: 900 } });
    await page.goto("/login");
    assert.deepEqual(await violations(page), []);
    assert.equal(await overflow(page), 0);
    await page.context().close();
  }
});
