// Every fixture of the loader's rules (tests/unit/workflow/fixtures/rules), read by ajv: a bad file marked
// with % is refused by the schema for editors, any other bad one and each good neighbour is accepted.
// What marks mean: tests/unit/workflow/rules_test.cpp, which holds the loader to the same files.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import Ajv from 'ajv';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const fixtures = join(root, 'tests/unit/workflow/fixtures');
const schema = JSON.parse(readFileSync(join(root, 'workflows/schema/workflow.schema.json'), 'utf8'));
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
const behaviour = JSON.parse(readFileSync(join(root, 'workflows/schema/behaviour.schema.json'), 'utf8'));
const validateBehaviour = new Ajv({ strict: false, allErrors: true }).compile(behaviour);

const workflow = 'workflows/place/1/workflow.yaml';
const watched = [workflow, 'workflows/municipalities/north/place.yaml'];

// The cases of one fixture file.
function casesOf(path) {
  const cases = [];
  let before = ' ';
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const mark = line[0] ?? ' ';
    const rest = line.slice(2);
    const one = cases.at(-1);
    if (mark === '=') cases.push({ name: line.slice(3), changes: [], editorSees: false });
    else if (mark === '%') one.editorSees = true;
    else if (mark === '@') one.changes.push({ file: rest, from: [], bad: [], good: [] });
    else if ('-+~'.includes(mark)) {
      if (mark === '-' && before !== '-' && before !== '@') {
        one.changes.push({ file: workflow, from: [], bad: [], good: [] });
      }
      const change = one.changes.at(-1);
      (mark === '-' ? change.from : mark === '+' ? change.bad : change.good).push(rest);
    }
    before = mark;
  }
  return cases;
}

// What the schema has against the content with these changes; empty: nothing. A file that is no YAML at
// all is the parser's affair: editors tell it by themselves.
function complaints(changes, good) {
  const told = [];
  for (const file of watched) {
    let text = readFileSync(join(fixtures, 'content', file), 'utf8');
    for (const change of changes.filter((one) => one.file === file)) {
      const to = !good ? change.bad : change.good.length > 0 ? change.good : change.from;
      const from = change.from.join('\n') + '\n';
      assert.equal(text.split(from).length, 2, `${file} has these lines once: ${from}`);
      text = text.replace(from, () => to.map((line) => line + '\n').join(''));
    }
    let data;
    try {
      data = parse(text, { version: '1.2', uniqueKeys: false });
    } catch {
      continue;
    }
    if (!validate(data)) {
      told.push(...validate.errors.map((error) => `${file}${error.instancePath} ${error.message}`));
    }
  }
  return told;
}

for (const file of readdirSync(join(fixtures, 'rules')).sort()) {
  const rule = basename(file, '.txt');
  for (const one of casesOf(join(fixtures, 'rules', file))) {
    test(`${rule}: ${one.name}`, () => {
      const bad = complaints(one.changes, false);
      assert.equal(bad.length > 0, one.editorSees, bad.join('\n'));
      assert.deepEqual(complaints(one.changes, true), []);
    });
  }
}

test('files that we ship are accepted', () => {
  let files = 0;
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !['texts', 'scenarios', 'schema', 'migrations'].includes(entry.name)) walk(path);
      if (!entry.isFile() || !entry.name.endsWith('.yaml')) continue;
      ++files;
      const fits = entry.name === 'behaviour.yaml' ? validateBehaviour : validate;
      assert.ok(fits(parse(readFileSync(path, 'utf8'))), `${path}: ${JSON.stringify(fits.errors)}`);
    }
  };
  walk(join(root, 'workflows'));
  assert.ok(files >= 5);
});
