// events/asyncapi.yaml is a valid AsyncAPI 3 document, names every event type that has a schema, and
// what it says of a record fits what we read and write.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { Parser } from "@asyncapi/parser";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";

const folder = fileURLToPath(new URL("../../../events/", import.meta.url));
const text = readFileSync(`${folder}asyncapi.yaml`, "utf8");

test("is a valid AsyncAPI 3 document, its references followed", async () => {
  const { document, diagnostics } = await new Parser().parse(text, { source: `${folder}asyncapi.yaml` });
  const errors = diagnostics.filter((one) => one.severity === 0)
    .map((one) => `${one.path.join("/")}: ${one.message}`);
  assert.deepEqual(errors, []);
  assert.equal(document.version(), "3.0.0");
  assert.ok(document.allMessages().all().length >= 10);
});

test("names every event type that has a schema, once, and no other", () => {
  const described = ["registers", "services"].flatMap((kind) => readdirSync(`${folder}${kind}`)).filter((name) => name.endsWith(".schema.json"))
    .map((name) => name.replace(/\.schema\.json$/, "")).filter((type) => !type.startsWith("ee.elukaar.bench."));
  const { channels, components } = parse(text);
  const used = Object.values(channels).flatMap(({ messages }) => Object.values(messages))
    .map(({ $ref }) => components.messages[$ref.split("/").at(-1)].name);
  assert.deepEqual(used.sort(), described.sort());
  for (const message of Object.values(components.messages)) {
    assert.ok(JSON.stringify(message.payload).includes(`/${message.name}.schema.json`), message.name);
  }
});

test("describes the example events as they are", async () => {
  const { document } = await new Parser().parse(text, { source: `${folder}asyncapi.yaml` });
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  const checks = new Map(document.allMessages().all().map((message) => (
    [message.name(), ajv.compile(withoutIds(message.payload().json()))])));
  const examples = readFileSync(`${folder}examples/place.jsonl`, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  for (const event of examples) {
    const check = checks.get(event.type);
    assert.ok(check, `${event.type} is no message of asyncapi.yaml`);
    assert.ok(check(event), `${event.type}: ${ajv.errorsText(check.errors)}`);
    assert.equal(check({ ...event, data: 7 }), false, `${event.type} takes anything`);
  }
  assert.ok(examples.length > 5);
});

// The parser's own marks, and the schemas' addresses, which one validator takes once.
function withoutIds(schema) {
  return JSON.parse(JSON.stringify(schema, (key, value) => (key === "$id" || key === "$schema" || key.startsWith("x-parser") ? undefined : value)));
}
