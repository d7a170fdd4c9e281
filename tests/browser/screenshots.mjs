// Makes the pictures of the README from a demo that has run for half a minute. `tests/browser/run tests/browser/screenshots.mjs`

import { mkdirSync } from "node:fs";

import { Browser, end } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

const FOLDER = process.env.SCREENSHOTS ?? "docs/screenshots";

const server = await Server.start({ demo: true });
const browser = await Browser.start();
try {
  mkdirSync(FOLDER, { recursive: true });
  const page = await browser.window(server, { viewport: { width: 1120, height: 760 }, colorScheme: "light" });
  const shoot = (name) => page.screenshot({ path: `${FOLDER}/${name}.png` });
  await page.goto(server.link);
  await page.goto("/demo");
  await page.getByRole("button", { name: /^Read/ }).first().click();
  await page.getByRole("button", { name: /^Write/ }).last().click();
  await page.locator("#answers").getByText("REQUIRE_APPROVAL", { exact: true }).first().waitFor();
  await shoot("demo");
  await page.goto("/signals/units/tool%3Asend_email");
  await page.locator("#score").getByText("Flagged since").waitFor({ timeout: 90_000 });
  await page.goto("/units/tool%3Asend_email");
  await shoot("unit");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/overview");
  await shoot("overview");
} finally {
  await end(browser, server);
}
