// A browser that notes whatever no page of the console may do: complain, break its own policy, or ask anybody else.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const modules = createRequire(join(process.env.UTC_TEST_MODULES, "package.json"));
const { chromium } = modules("playwright-core");
const axe = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");

const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

export class Browser {
  static async start() {
    return new Browser(await chromium.launch({ executablePath: "/usr/bin/chromium", args: QUIET }));
  }

  constructor(browser) {
    Object.assign(this, { browser, faults: [], expected: [] });
  }

  /** A new window without any cookie. `options` are those of playwright's `newContext`. */
  async window(server, options = {}) {
    const context = await this.browser.newContext({ baseURL: server.url, viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && this.#note(`console: ${message.text()}`));
    page.on("pageerror", (error) => this.#note(`script: ${error.message}`));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(server.url) && !url.startsWith("data:")) this.#note(`asks elsewhere: ${url}`);
    });
    return page;
  }

  /** What matches is not a fault: a page that has to be refused is noted by the browser as well. */
  expect(pattern) {
    this.expected.push(pattern);
  }

  #note(fault) {
    if (!this.expected.some((pattern) => pattern.test(fault))) this.faults.push(fault);
  }

  async stop() {
    await this.browser.close();
    if (this.faults.length) throw new Error(`the browser complained:\n${this.faults.join("\n")}`);
  }
}

/** Ends both, whatever the browser has to complain about. */
export async function end(browser, server) {
  try {
    await browser?.stop();
  } finally {
    await server?.stop();
  }
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds wrong with the page as it is now: WCAG 2.2 AA and best practice, a line for each element. */
export async function violations(page) {
  await page.evaluate(`${axe};0`);
  const found = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly }).then((done) => done.violations), RULES);
  return found.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")} ${node.html.slice(0, 160)}`));
}

/** By how many pixels the page is wider than its window. */
export const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Opens the setup link and makes the first administrator. */
export async function setUp(page, server, { name = "root", password = "correct horse battery" } = {}) {
  await page.goto(server.link);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("The password once more").fill(password);
  await page.getByRole("button", { name: "Begin" }).click();
  await page.waitForURL(/\/(overview)?$/);
  return { name, password };
}

export async function signIn(page, { name, password }) {
  await page.goto("/login");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/login");
}

/** An administrator lets somebody in, by the form under Access. */
export async function letIn(page, name, roles) {
  const password = `the password of ${name}`;
  await page.goto("/access/people/new");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("First password").fill(password);
  for (const role of roles) await page.locator(`#role-${role}`).check();
  await page.getByRole("button", { name: "Let them in" }).click();
  await page.getByRole("link", { name, exact: true }).waitFor();
  return { name, password };
}
