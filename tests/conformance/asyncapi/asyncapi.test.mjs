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
const root = `${folder}../`;
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
    .map((name) => name.replace(/\.schema\.json$/, ""));
  const { channels, components } = parse(text);
  const used = Object.values(channels).flatMap(({ messages }) => Object.values(messages))
    .map(({ $ref }) => components.messages[$ref.split("/").at(-1)].name);
  assert.deepEqual(used.sort(), described.sort());
  for (const message of Object.values(components.messages)) {
    assert.ok(JSON.stringify(message.payload).includes(`/${message.name}.schema.json`), message.name);
  }
});

test("has a channel for each topic that the settings name, and no other", () => {
  const { channels } = parse(text);
  const { topics } = parse(readFileSync(`${root}deploy/elukaar.example.yaml`, "utf8")).kafka;
  assert.deepEqual(Object.values(channels).map(({ address }) => address).sort(), Object.values(topics).sort());
});

// Where the program subscribes to a topic, and where a record gets the topic it is written to.
test("says of each topic whether the program reads it, writes it, or both", () => {
  const { channels, operations } = parse(text);
  const named = (file, part = /[^]+/g) => [...readFileSync(`${root}orchestrator/${file}.cpp`, "utf8").matchAll(part)]
    .flatMap(([all]) => [...all.matchAll(/topics\.(life_events|service_events|status|notifications)\b/g)].map(([, topic]) => topic));
  const used = {
    receive: new Set([...named("app/wiring/orchestrator", /source\.topics = [^;]+;/g), ...named("app/wiring/portal", /follow\([^[]+\[/g)]),
    send: new Set([...named("engine/lanes/outbox"), ...named("engine/intake/intake")]),
  };
  const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  for (const [action, topics] of Object.entries(used)) {
    const described = Object.values(operations).filter((one) => one.action === action).map(({ channel }) => channel.$ref.split("/").at(-1));
    assert.deepEqual(described.map(snake).sort(), [...topics].sort(), action);
  }
  assert.equal(Object.keys(channels).length, new Set([...used.receive, ...used.send]).size);
});

test("names what the program itself says", () => {
  const said = ["core/decide.cpp", "core/step.cpp"].flatMap((file) => (
    [...readFileSync(`${root}orchestrator/${file}`, "utf8").matchAll(/"(ee\.elukaar\.[\w.-]+\.v\d+)"/g)].map(([, type]) => type)));
  const { channels, components } = parse(text);
  const messages = [channels.status, channels.notifications].flatMap(({ messages }) => Object.values(messages))
    .map(({ $ref }) => components.messages[$ref.split("/").at(-1)].name);
  assert.deepEqual(messages.sort(), [...new Set(said)].sort());
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
