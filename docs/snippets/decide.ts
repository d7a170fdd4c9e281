// Asks before acting, waits for people where they must decide, and asks again. Node runs it as it is, from 22.18 and
// 23.6 on (from 22.6 with --experimental-strip-types): its types can be erased. It needs no packages.
//
//   CONSOLE_URL=https://trust.example.org CONSOLE_TOKEN=utc_… node decide.ts SUBJECT ACTION UNIT [FILE]
//
// FILE holds what is about to be done: the approval is bound to its hash. CONSOLE_WAIT is how many seconds to wait for
// people (900). Prints the decision and the receipt's id. Exit code: 0 for ALLOW and for nothing else.

import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

interface Question {
  subject: string;
  action: string;
  unit: string;
  payload_hash?: string;
  approval_id?: string;
}

interface Answer {
  decision: "ALLOW" | "DENY" | "REQUIRE_APPROVAL";
  receipt_id: string;
  approval?: { id: string };
}

const { CONSOLE_URL, CONSOLE_TOKEN, CONSOLE_WAIT = "900" } = process.env;

/** One call; tries again after 429, 503 and lost connections, as Retry-After says. */
async function call<T>(path: string, init: RequestInit = {}, pauses: number[] = [1, 2, 4, 8]): Promise<T> {
  const [pause, ...later] = pauses;
  const headers = { Authorization: `Bearer ${CONSOLE_TOKEN}`, ...init.headers };
  const lost = (error: unknown): unknown => error;
  const sent = fetch(CONSOLE_URL + path, { ...init, headers, signal: AbortSignal.timeout(90_000) });
  const response = await sent.catch(lost);
  if (response instanceof Response && response.ok) return (await response.json()) as T;
  const again = !(response instanceof Response) || [429, 503].includes(response.status);
  if (pause === undefined || !again) {
    throw new Error(response instanceof Response ? `${response.status}: ${await response.text()}` : `no answer: ${response}`);
  }
  const seconds = response instanceof Response ? Number(response.headers.get("Retry-After") ?? pause) : pause;
  await sleep(seconds * 1000);
  return call(path, init, later);
}

function ask(question: Question): Promise<Answer> {
  // One key for one question, however often it is sent: what was decided once is not decided again.
  const headers = { "Content-Type": "application/json", "Idempotency-Key": randomUUID() };
  return call("/api/v1/decide", { method: "POST", headers, body: JSON.stringify(question) });
}

/** Whether it was decided before the deadline. */
async function wait(approval: string): Promise<boolean> {
  const deadline = Date.now() + Number(CONSOLE_WAIT) * 1000;
  while (Date.now() < deadline) {
    const { status } = await call<{ status: string }>(`/api/v1/approvals/${approval}?wait=30`);
    if (status !== "pending") return true;
  }
  return false;
}

async function decide(question: Question): Promise<Answer> {
  const answer = await ask(question);
  const approval = answer.approval?.id;
  if (answer.decision !== "REQUIRE_APPROVAL" || approval === undefined || !(await wait(approval))) return answer;
  return ask({ ...question, approval_id: approval });
}

const [subject = "", action = "", unit = "", file] = process.argv.slice(2);
const question: Question = { subject, action, unit };
if (file) question.payload_hash = `sha256:${createHash("sha256").update(readFileSync(file)).digest("hex")}`;
const { decision, receipt_id } = await decide(question);
console.log(decision, receipt_id);
process.exitCode = decision === "ALLOW" ? 0 : 1;
