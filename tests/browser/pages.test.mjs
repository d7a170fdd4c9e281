// Every page, in both themes, on a narrow and a wide screen: what axe finds, whether it has to be pushed sideways, what it weighs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Browser, end, overflow, violations } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

const PAGES = ["/overview", "/rules", "/rules/writes_require_approval/on", "/demo", "/approvals", "/units", "/units/route%3A%2Fpayments",
  "/signals", "/signals/register", "/signals/units/tool%3Asend_email", "/receipts", "/receipts/verify", "/evidence", "/access", "/access/people/new", "/access/tokens/new", "/access/webhooks/new", "/access/password",
  "/api/docs", "/no-such-page"];
/** Pages of single things: where each is found, and by what link. */
const FOUND = [["/receipts", "/receipts/0"], ["/approvals", "/approvals/0"], ["/signals", "/signals/sources/"], ["/signals", "/signals/events/"],
  ["/access", "/access/people/demo"], ["/access", "/access/tokens/"], ["/access", "/access/webhooks/0"]];
const MOST = 60 * 1024;
// The description of the whole API is a reference, not a page of the console.
const MOST_DOCS = 128 * 1024;

let server, browser, pages;
before(async () => {
  server = await Server.start({ demo: true });
  pages = [...PAGES, ...(await made(server))];
  browser = await Browser.start();
  browser.expect(/status of 404/);
});
after(() => end(browser, server));

/** What the demo lacks: a webhook, a request that waits, an export, a replay. The pages of the last two. */
async function made(server) {
  const call = (method, path, body) => server.call(server.token, method, `/api/v1${path}`, body);
  await call("POST", "/webhooks", { name: "pager", url: "http://127.0.0.1:9/hook" });
  await call("POST", "/decide", { subject: "agent-7", action: "write:/payments/1", unit: "route:/payments" });
  const [bundle, replay] = [await call("POST", "/evidence", {}), await call("POST", "/replay", { mode: "faithful" })];
  return [`/evidence/exports/${bundle.id}`, `/evidence/replays/${replay.id}`];
}

async function found(page) {
  const paths = [];
  for (const [place, beginning] of FOUND) {
    await page.goto(place);
    paths.push(await page.locator(`main a[href^='${beginning}']:not([href$='/new'])`).first().getAttribute("href"));
  }
  return paths;
}

for (const colorScheme of ["light", "dark"]) {
  for (const width of [320, 1280]) {
    test(`pages are usable by everybody, ${colorScheme}, ${width} px wide`, async (t) => {
      const page = await browser.window(server, { colorScheme, viewport: { width, height: 900 } });
      await page.goto(server.link);
      for (const path of [...pages, ...(await found(page))]) {
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
