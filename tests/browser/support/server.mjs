// A server of its own for each test: its folder, its database, its processes. All of it goes with `stop`.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const programs = process.env.UTC_TEST_BIN_DIR;
const PATIENCE = 60_000;

export class Server {
  /** Starts one; with `demo` as `utc-server --demo` does. */
  static async start({ demo = false, environment = {} } = {}) {
    const folder = mkdtempSync(join(tmpdir(), "utc-browser-"));
    const env = {
      PATH: process.env.PATH,
      APP_HOST: "127.0.0.1",
      APP_PORT: "0",
      GATEWAY_PORT: "0",
      LOG_LEVEL: "warn",
      // A test asks faster than any person.
      RATE_LIMIT_ANONYMOUS_PER_SECOND: "0",
      ...environment,
    };
    const child = spawn(join(programs, "utc-server"), demo ? ["--demo"] : [], { cwd: folder, env });
    const server = new Server(folder, env, child);
    const link = demo ? /(http:\S+\/login\?token=\S+)/ : /(http:\S+\/setup\?token=\S+)/;
    server.link = await server.#said(link);
    server.url = new URL(server.link).origin;
    if (demo) server.token = await server.#said(/Bearer (utc_[\w-]+)/);
    return server;
  }

  constructor(folder, env, child) {
    Object.assign(this, { folder, env, child, output: "" });
    for (const pipe of [child.stdout, child.stderr]) pipe.on("data", (text) => (this.output += text));
  }

  /** Waits until the server has printed what `pattern` finds, and gives its first group. */
  async #said(pattern) {
    const end = Date.now() + PATIENCE;
    while (Date.now() < end) {
      const found = this.output.match(pattern);
      if (found) return found[1];
      if (this.child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`the server did not say ${pattern}:\n${this.output}`);
  }

  /** Runs `utc-admin` on the same installation and gives its output. */
  admin(...args) {
    return execFileSync(join(programs, "utc-admin"), args, { cwd: this.folder, env: this.env, encoding: "utf8" }).trim();
  }

  /** Runs `utc-verify` and gives its exit code and output. */
  verify(...args) {
    try {
      return { code: 0, output: execFileSync(join(programs, "utc-verify"), args, { encoding: "utf8", stdio: "pipe" }) };
    } catch (error) {
      return { code: error.status, output: `${error.stdout}${error.stderr}` };
    }
  }

  /** Calls the API and gives the answer's JSON. */
  async call(token, method, path, body) {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  }

  /** Ends it; what it has called a failure of its own is one of the test. */
  async stop() {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    if (this.child.exitCode === null && this.child.kill("SIGTERM")) await ended;
    rmSync(this.folder, { recursive: true, force: true });
    const failed = this.output.split("\n").filter((line) => line.includes(" ERROR "));
    if (failed.length) throw new Error(`the server reported:\n${failed.join("\n")}`);
  }
}
