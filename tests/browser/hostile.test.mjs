// Whatever comes from outside is shown as text; other sites can neither post here nor show the console in a frame.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { Browser, end, setUp } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

const HOSTILE = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>'"{{7*7}}`;

let server, browser, page, token;
before(async () => {
  server = await Server.start();
  browser = await Browser.start();
  browser.expect(/status of 40[034]/);
  page = await browser.window(server);
  await setUp(page, server);
  token = server.admin("token", "create", "all", "--role", "admin");
});
after(() => end(browser, server));

/** The pages show the text as it is, and nothing in it ran. */
async function shown(path) {
  await page.goto(path);
  const text = await page.locator("main").innerText();
  assert.notEqual(await page.title(), "taken", path);
  assert.equal(await page.locator("main img").count(), 0, path);
  return text;
}

test("what callers send is shown as text", async () => {
  await server.call(token, "PUT", "/api/v1/rules/writes_require_approval", { enabled: true, reason: HOSTILE });
  const asked = await server.call(token, "POST", "/api/v1/decide", {
    subject: HOSTILE, action: `write:/${HOSTILE}`, unit: "orders", reason: HOSTILE, context: { note: HOSTILE },
  });
  await server.call(token, "PUT", "/api/v1/units/orders/pin", { level: "read_only", reason: HOSTILE });
  await server.call(token, "PUT", "/api/v1/units/orders/risk", { reason: HOSTILE });
  const hook = await server.call(token, "POST", "/api/v1/webhooks", { name: HOSTILE.slice(0, 90), url: `http://127.0.0.1:9/${encodeURIComponent("<script>")}` });
  await server.call(token, "PATCH", "/api/v1/units/orders", { labels: { [HOSTILE]: HOSTILE } }).catch(() =>
    server.call(token, "PUT", "/api/v1/units/orders", { labels: { [HOSTILE]: HOSTILE } }));
  await server.call(token, "PUT", "/api/v1/tdx/sources/scanner", { trust: 1, authoritative: true, signature: "ssf", jwks: "keys.json", issuer: HOSTILE, audience: [HOSTILE] })
    .catch((error) => assert.match(error.message, /jwks/));
  await shown("/access");
  await shown(`/access/webhooks/${hook.id}`);
  for (const path of ["/rules", "/overview", "/receipts", `/receipts/${asked.receipt_id}`, "/units/orders", "/approvals", `/approvals/${asked.approval.id}`]) {
    const text = await shown(path);
    if (path !== "/overview") assert.ok(text.includes("<script>document.title='taken'</script>"), `${path}: ${text}`);
  }
});

test("what is put into an address is shown as text", async () => {
  for (const path of ["/receipts?subject=", "/units?q=", "/approvals?subject=", "/receipts/", "/units/", "/approvals/"]) {
    await shown(path + encodeURIComponent(HOSTILE));
  }
});

/** A page of another site that does what `html` says. */
async function elsewhere(html, check) {
  const site = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(html));
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  const visitor = await browser.window(server);
  await visitor.context().addCookies(await page.context().cookies());
  browser.expect(new RegExp(`127.0.0.1:${site.address().port}`));
  try {
    await visitor.goto(`http://127.0.0.1:${site.address().port}/`);
    await check(visitor);
  } finally {
    await visitor.context().close();
    site.close();
  }
}

const rule = async () => {
  const { rules, items } = await server.call(token, "GET", "/api/v1/rules");
  return (rules ?? items).find((one) => one.key === "read_only_for_risky").enabled;
};

test("another site's form changes nothing", async () => {
  const form = `<form method="post" action="${server.url}/rules/read_only_for_risky/on"><input name="reason" value="x"><button>go</button></form>`;
  await elsewhere(form, async (visitor) => {
    const answered = visitor.waitForResponse((answer) => answer.url().startsWith(server.url));
    await visitor.getByRole("button").click();
    assert.ok([401, 403, 303].includes((await answered).status()));
  });
  assert.equal(await rule(), false);
});

test("another site's script changes nothing and reads nothing", async () => {
  browser.expect(/CORS|ERR_FAILED|blocked/);
  await elsewhere("<p>a site</p>", async (visitor) => {
    const got = await visitor.evaluate(async (url) => {
      const tried = [];
      for (const type of ["application/json", "text/plain"]) {
        tried.push(await fetch(`${url}/api/v1/rules/read_only_for_risky`, {
          method: "PUT", credentials: "include", headers: { "content-type": type }, body: '{"enabled":true}',
        }).then(() => "answered", () => "refused"));
      }
      tried.push(await fetch(`${url}/overview`, { credentials: "include" }).then((answer) => answer.text(), () => "refused"));
      return tried;
    }, server.url);
    assert.deepEqual(got, ["refused", "refused", "refused"]);
  });
  assert.equal(await rule(), false);
});

test("another site cannot show the console in a frame", async () => {
  browser.expect(/frame-ancestors|Refused to (display|frame)|chrome-error|X-Frame-Options/i);
  await elsewhere(`<iframe src="${server.url}/overview"></iframe>`, async (visitor) => {
    await visitor.waitForTimeout(500);
    const inside = visitor.frames().find((frame) => frame !== visitor.mainFrame());
    const text = await inside.locator("body").innerText().catch(() => "");
    assert.ok(!text.includes("Overview"), text);
  });
});

test("a token's secret is shown once", async () => {
  await page.goto("/access/tokens/new");
  await page.getByLabel("Name").fill("shown-once");
  await page.locator("#role-viewer").check();
  await page.getByRole("button", { name: "Make the token" }).click();
  const secret = await page.locator("#secret").innerText();
  assert.match(secret, /^utc_/);
  await page.getByRole("link", { name: "I have it" }).click();
  assert.ok(!(await page.content()).includes(secret));
  // The browser has nothing kept that it could show, and does not send the form again by itself.
  await page.goBack().catch((error) => assert.match(error.message, /ERR_CACHE_MISS/));
  const seen = await page.locator("body").innerText().catch(() => "");
  assert.ok(!seen.includes(secret), "not even with the browser's back button");
});
