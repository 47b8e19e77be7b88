// Sends the thousand records: most through the intake, four straight onto the topic.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const inFlight = 16;          // requests at a time
const triesOfOne = 20;        // while the intake answers "come again" (503)
const pauseMs = 250;

export async function readRecords(file) {
  return (await readFile(file, "utf8")).split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

// Posts one body to the intake. Answers the status and what it said.
export async function postToIntake(url, token, body) {
  const answer = await fetch(`${url}/api/v1/intake/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/cloudevents+json; charset=UTF-8" },
    body,
  });
  const text = await answer.text();
  let said = text;
  try {
    const problem = JSON.parse(text);
    said = problem.detail ?? problem.title ?? text;
  } catch {
    // Shown as it is.
  }
  return { status: answer.status, said };
}

// Sends all records with `via: intake`, a few at a time; one that names another (`after`) waits for it.
// `progress(sent)` is called after each. Throws at the first that is not accepted.
export async function sendBirths(records, url, tokens, progress) {
  const queue = records.filter(({ via }) => via === "intake");
  const accepted = new Map();  // id of an event → the promise of its first sending
  let next = 0;
  let sent = 0;
  const sendOne = async (record) => {
    await accepted.get(record.after);
    const body = JSON.stringify(record.event);
    for (let tries = 1; ; tries++) {
      const { status, said } = await postToIntake(url, tokens.get(record.credential), body);
      if (status === 202) return;
      if (status !== 503 || tries === triesOfOne) {
        throw new Error(`the intake answered ${status} to record ${record.n} (${record.kind}): ${said}`);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const worker = async () => {
    while (next < queue.length) {
      const record = queue[next++];
      const sending = sendOne(record);
      if (!accepted.has(record.event.id)) accepted.set(record.event.id, sending);
      await sending;
      progress(++sent, queue.length);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

// Puts the broken records on the topic, byte for byte, as a careless producer would.
export async function putOnTopic(records, brokers, topic) {
  const folder = await mkdtemp(join(tmpdir(), "elukaar-play-"));
  try {
    for (const record of records.filter(({ via }) => via === "topic")) {
      const file = join(folder, record.kind);
      await writeFile(file, record.value);
      const headers = Object.entries(record.headers).flatMap(([name, value]) => ["-H", `${name}=${value}`]);
      await run("kcat", ["-P", "-b", brokers, "-t", topic, "-k", record.key, ...headers, file]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
