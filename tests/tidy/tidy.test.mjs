// House rules that a machine can hold: where READMEs stand, which module may use which, what a header may show,
// how tests are labelled, where links lead. Each failure names the file, the line and the rule.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const git = (...words) => execFileSync('git', ['-C', root, ...words], { encoding: 'utf8', maxBuffer: 1 << 26 });
// What is in the repository or about to be; a folder without git (an archive) is no place to check it.
const files = git('ls-files', '--cached', '--others', '--exclude-standard').split('\n').filter((path) => path && existsSync(join(root, path)));
const read = (path) => readFileSync(join(root, path), 'utf8');
const isCpp = (path) => /\.[ch]pp$/.test(path);

// [{path, line, found: match}] of a pattern in the given files.
function findings(paths, pattern) {
  return paths.flatMap((path) => read(path).split('\n').flatMap((text, i) => {
    const found = pattern.exec(text);
    return found ? [{ path, line: i + 1, found }] : [];
  }));
}
const say = ({ path, line, found }, rule) => `${path}:${line}: ${rule}: ${found[0].trim()}`;

// ---- Modules ------------------------------------------------------------------------------------

// The module table: what a module may include besides itself.
const rules = ['base', 'documents', 'cloudevents', 'privacy', 'calendar', 'cel', 'chart', 'texts', 'access', 'workflow', 'lifecycle'];
const useCases = ['engine', 'caseview', 'identity', 'resident', 'office', 'operations', 'core', ...rules];
const mayUse = {
  base: [],
  documents: ['base'],
  cloudevents: ['base', 'documents'],
  privacy: ['base'],
  calendar: ['base'],
  cel: ['base', 'calendar'],
  chart: ['base'],
  texts: ['base', 'calendar'],
  access: ['base', 'calendar'],
  identity: ['access', 'base'],
  notify: ['access', 'base'],
  lifecycle: ['base'],
  workflow: ['base', 'documents', 'cloudevents', 'privacy', 'cel', 'chart', 'calendar', 'texts'],
  authoring: ['workflow', 'base', 'documents', 'cloudevents', 'privacy', 'cel', 'chart', 'calendar', 'texts'],
  core: rules,
  engine: ['core', 'kit', ...rules],
  caseview: ['notify', 'engine', 'core', ...rules],
  resident: ['caseview', 'identity', 'engine', 'core', ...rules],
  office: ['caseview', 'identity', 'engine', 'core', 'kit', ...rules],
  operations: ['engine', 'core', ...rules],
  'adapters/curl': useCases,
  'adapters/http': useCases,
  'adapters/kafka': useCases,
  'adapters/postgres': useCases,
  simulate: ['notify', 'engine', 'core', ...rules],
  app: null, // all
  'connectors/kit': ['base', 'documents'],
  'connectors/transport/*': ['base', 'documents', 'kit'],
  'connectors/systems/*': ['base', 'documents', 'kit', 'transport/*'], // the kit's template is one of them
  'connectors/systems': ['kit'],
};

function moduleOf(path) {
  const parts = path.split('/');
  if (path.startsWith('connectors/kit/template/')) return 'connectors/systems/template';
  // One row for all transports and one for all systems: who adds one adds no row.
  if (/^connectors\/(transport|systems)\/[^/]+\//.test(path)) return `connectors/${parts[1]}/${parts[2]}`;
  if (parts[0] === 'connectors') return `connectors/${parts[1]}`;
  return parts[1] === 'adapters' ? `adapters/${parts[2]}` : parts[1];
}
function moduleOfInclude(include) {
  const parts = include.split('/');
  if (include.startsWith('kit/template/')) return 'systems/template';
  if (/^(transport|systems)\/[^/]+\//.test(include)) return `${parts[0]}/${parts[1]}`;
  return parts[0] === 'adapters' ? `adapters/${parts[1]}` : parts[0];
}

const rowOf = (module) => (module in mayUse ? mayUse[module] : mayUse[module.replace(/^(connectors\/\w+)\/.*/, '$1/*')]);

const ours = files.filter((path) => isCpp(path) && /^(orchestrator|connectors)\/[^/]+\//.test(path));

test('a module includes only what its row of the module table allows', () => {
  assert.ok(ours.length > 100, 'the sources were not found');
  const wrong = findings(ours, /^#include "([^"]+)"/).flatMap((one) => {
    const from = moduleOf(one.path);
    const to = moduleOfInclude(one.found[1]);
    const row = rowOf(from);
    if (row === undefined) return [say(one, `the module ${from} is not in the table of tests/tidy`)];
    if (row === null || to === from || `connectors/${to}` === from) return [];
    return row.some((name) => name === to || name === to.replace(/\/.*/, '/*')) ? [] : [say(one, `${from} may not use ${to}`)];
  });
  assert.deepEqual(wrong, []);
});

test('what decides reads no clock, file, random number or environment', () => {
  const pure = ours.filter((path) => /^orchestrator\/(core|chart|cel|lifecycle|access|calendar)\//.test(path) && !path.endsWith('/tallinn.cpp'));
  const impure = /_clock::now\(|real_now|random_device|std::getenv|[io]fstream|std::filesystem|\bstd::time\(|\brand\(/;
  assert.deepEqual(findings(pure, impure).map((one) => say(one, 'pure modules get this as an argument')), []);
});

// Whoever adds an action, an effect or an input is then told by the compiler of every place to decide about it.
test('what depends on the kind of a variant visits it, and asks no chain of questions', () => {
  const chain = /else if \(.*(std::get_if<|std::holds_alternative<)/;
  assert.deepEqual(findings(ours, chain).map((one) => say(one, 'std::visit it with base/overloaded.hpp, each alternative by its type')), []);
});

test('SQL stands in adapters/postgres alone', () => {
  const elsewhere = ours.filter((path) => !path.startsWith('orchestrator/adapters/postgres/'));
  const statement = /"\s*(select .* from|insert into|update \S+ set|delete from) /i;
  assert.deepEqual(findings(elsewhere, statement).map((one) => say(one, 'move it to adapters/postgres')), []);
});

test("the portal's files import each other in no circle", () => {
  const sources = files.filter((path) => /^portal\/src\/.*\.tsx?$/.test(path));
  assert.ok(sources.length > 30, 'the sources of the portal were not found');
  const imports = new Map(sources.map((path) => [path, [...read(path).matchAll(/from '(\.[^']+)'/g)]
    .map(([, to]) => join(dirname(path), to)).flatMap((to) => sources.filter((one) => one === `${to}.ts` || one === `${to}.tsx`))]));
  const circles = [];
  const done = new Set();
  const follow = (path, way) => {
    if (way.includes(path)) return circles.push([...way.slice(way.indexOf(path)), path].join(' → '));
    if (done.has(path)) return undefined;
    for (const to of imports.get(path)) follow(to, [...way, path]);
    return done.add(path);
  };
  for (const path of sources) follow(path, []);
  assert.deepEqual(circles, []);
});

// Inner headers: included by sources of their own folder alone, and by tests of them.
const inner = ['orchestrator/adapters/kafka/handles.hpp', ...['array', 'case_rows', 'columns', 'connection', 'due_inputs', 'fields', 'stored_case'].map((name) => `orchestrator/adapters/postgres/${name}.hpp`), 'orchestrator/core/step.hpp', 'orchestrator/lifecycle/msm.hpp'];
const shown = { 'orchestrator/base/json.hpp': /^(nlohmann|boost\/container)\//, 'orchestrator/base/result.hpp': /^tl\//, 'connectors/kit/conformance_subject.hpp': /^gtest\// };

test('a public header shows no third-party header', () => {
  const headers = ours.filter((path) => path.endsWith('.hpp') && !inner.includes(path));
  const wrong = findings(headers, /^#include <([a-z_]+[/.][^>]+)>/).filter(({ path, found }) => !shown[path]?.test(found[1]));
  assert.deepEqual(wrong.map((one) => say(one, 'keep it in the source file')), []);
});

test('inner headers are included by their own folder alone', () => {
  for (const header of inner) {
    assert.ok(files.includes(header), `${header} is gone: take it out of tests/tidy`);
    const name = header.replace('orchestrator/', '');
    const includers = files.filter((path) => isCpp(path) && read(path).includes(`#include "${name}"`));
    assert.deepEqual(includers.filter((path) => dirname(path) !== dirname(header) && !path.startsWith('tests/')), [], header);
  }
});

// ---- Files --------------------------------------------------------------------------------------

test('every module, every system and every door has a README', () => {
  const folders = new Set(ours.map(dirname));
  for (const door of ['workflows', 'events', 'connectors', 'connectors/simulators', 'orchestrator', 'portal', 'tests', 'tests/support', '.']) folders.add(door);
  const without = [...folders].filter((folder) => !files.includes(folder === '.' ? 'README.md' : `${folder}/README.md`));
  assert.deepEqual(without.sort(), []);
});

test('C++ files are named in snake_case, and headers say #pragma once', () => {
  const cpp = files.filter(isCpp);
  assert.deepEqual(cpp.filter((path) => !/^[a-z0-9_]+\.[ch]pp$/.test(path.split('/').at(-1))), []);
  assert.deepEqual(cpp.filter((path) => path.endsWith('.hpp') && !/^#pragma once$/m.test(read(path))), []);
});

// Prose that is too wide is a matter for whoever writes; this is where a screen ends.
const WIDEST = 120;
test(`no line of C++ is over ${WIDEST} columns but for what is quoted as it is`, () => {
  const wide = files.filter((path) => isCpp(path) && !path.startsWith('tests/')).flatMap((path) => {
    let end = null; // of the raw string that the line is in
    return read(path).split('\n').flatMap((line, i) => {
      const begun = /R"(\w*)\(/.exec(line);
      const quoted = end !== null || begun !== null;
      if (end === null && begun) end = `)${begun[1]}"`;
      if (end !== null && line.slice(begun ? begun.index + 2 : 0).includes(end)) end = null;
      return [...line].length > WIDEST && !quoted ? [`${path}:${i + 1}: ${[...line].length} columns`] : [];
    });
  });
  assert.deepEqual(wide, []);
});

test(`no line of a base workflow is over ${WIDEST} columns`, () => {
  const bases = files.filter((path) => /^(tests\/bench\/content\/)?workflows\/[^/]+\/[^/]+\/workflow\.yaml$/.test(path));
  assert.ok(bases.length > 2);
  assert.deepEqual(bases.flatMap((path) => read(path).split('\n').flatMap((line, i) => (
    [...line].length > WIDEST ? [`${path}:${i + 1}: ${[...line].length} columns`] : []))), []);
});

test('nothing is left for later in a comment', () => {
  const code = files.filter((path) => /\.([ch]pp|mjs|tsx?|sh|cmake|ya?ml|sql)$/.test(path) && !path.startsWith('tests/tidy/'));
  assert.deepEqual(findings(code, /\b(TODO|FIXME|XXX|HACK)\b/).map((one) => say(one, 'do it, or write an issue')), []);
});

// ---- The outfit ---------------------------------------------------------------------------------

test('a stranger finds the licence, how to contribute, how to report, what changed, and the words', () => {
  const expected = {
    'CHANGELOG.md': /^## \[Unreleased\]$/m,
    'CONTRIBUTING.md': /^## Build$[\s\S]*^## One test$[\s\S]*^## One change$/m,
    'GLOSSARY.md': /^# Glossary$/m,
    LICENSE: /^ +EUROPEAN UNION PUBLIC LICENCE v\. 1\.2$/m,
    'SECURITY.md': /^## To report a weakness$/m,
  };
  const wrong = Object.entries(expected).filter(([path, shape]) => !files.includes(path) || !shape.test(read(path)));
  assert.deepEqual(wrong.map(([path, shape]) => `${path}: expected ${shape}`), []);
});

test('CODEOWNERS has a line for every room, and a room for every line', () => {
  const lines = read('CODEOWNERS').split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split(/\s+/));
  assert.deepEqual(lines.filter(([, owner]) => !/^@elukaar\/[a-z]+$/.test(owner)), [], 'expected a path and a team');
  const named = lines.map(([path]) => path).filter((path) => path !== '*');
  assert.deepEqual(named.filter((path) => !files.some((file) => `/${file}`.startsWith(path))), [], 'there is no such folder');
  const rooms = new Set(files.filter((path) => path.includes('/') && !path.startsWith('.')).map((path) => {
    const parts = path.split('/');
    if (parts.length > 3 && parts[1] === 'adapters') return `/${parts.slice(0, 3).join('/')}/`;
    return /^(orchestrator|workflows)\/[^/]+\//.test(path) ? `/${parts.slice(0, 2).join('/')}/` : `/${parts[0]}/`;
  }));
  const unowned = [...rooms].filter((room) => !['/orchestrator/', '/workflows/'].includes(room) && !named.includes(room));
  assert.deepEqual(unowned.sort(), [], 'add a line to CODEOWNERS');
});

test('publiccode.yml has what the standard demands', () => {
  const text = read('publiccode.yml');
  const keys = [...text.matchAll(/^(\w+):/gm)].map(([, key]) => key);
  const mandatory = ['publiccodeYmlVersion', 'name', 'url', 'platforms', 'developmentStatus', 'softwareType', 'description', 'legal', 'maintenance', 'localisation'];
  assert.deepEqual(mandatory.filter((key) => !keys.includes(key)), [], 'publiccode.yml lacks these');
  assert.equal(new Set(keys).size, keys.length, 'a key stands there twice');
  assert.match(text, /^legal:\n  license: EUPL-1\.2$/m);
  const short = [...text.matchAll(/^    shortDescription: (.*)$/gm)].map(([, said]) => said);
  assert.ok(short.length > 0 && short.every((said) => said.length <= 150), 'a short description has at most 150 characters');
  const paths = [/^logo: (.*)$/m, /^    screenshots: \[(.*)\]$/m].flatMap((pattern) => pattern.exec(text)[1].split(', '));
  assert.deepEqual(paths.filter((path) => !files.includes(path)), [], 'there is no such picture');
});

// ---- Tests --------------------------------------------------------------------------------------

const KINDS = ['unit', 'contract', 'integration', 'conformance', 'simulation', 'fuzz', 'e2e', 'faults', 'bench', 'tidy'];

test('every folder of tests is of a known kind, built, and labelled with it', () => {
  const tests = files.filter((path) => /^tests\/[^/]+\/.*(_test\.cpp|\.test\.mjs)$/.test(path));
  assert.ok(tests.length > 50, 'the tests were not found');
  for (const path of tests) {
    const kind = path.split('/')[1];
    assert.ok(KINDS.includes(kind), `${path}: expected a folder of ${KINDS}`);
    const list = join(dirname(path), 'CMakeLists.txt');
    assert.ok(files.includes(list), `${path}: ${list} is missing`);
    const text = read(list);
    const name = path.split('/').at(-1);
    assert.ok(text.includes(name) || /GLOB/.test(text), `${path}: ${list} does not name it`);
    for (const [, label] of text.matchAll(/(?:KIND|LABELS)\s+"?(\w+)/g)) assert.equal(label, kind, `${list}: labelled ${label}`);
    assert.match(text, /KIND|LABELS/, `${list}: no label`);
  }
});

test('tests/run and the table of kinds name the same kinds', () => {
  assert.deepEqual(/^known="(.*)"$/m.exec(read('tests/run'))[1].trim().split(' ').sort(), [...KINDS].sort());
  const described = [...read('tests/README.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, kind]) => kind);
  assert.deepEqual(described.sort(), [...KINDS].sort());
});

// ---- Words --------------------------------------------------------------------------------------

test('links of the Markdown files lead to files that are there', () => {
  const pages = files.filter((path) => path.endsWith('.md'));
  assert.ok(pages.length > 20, 'the pages were not found');
  const dead = pages.flatMap((path) => {
    const prose = read(path).replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
    return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to]) => to).filter((to) => !/^(https?:|mailto:|#)/.test(to))
      .filter((to) => !existsSync(join(root, normalize(join(dirname(path), decodeURIComponent(to.split('#')[0]))))))
      .map((to) => `${path}: ${to}`);
  });
  assert.deepEqual(dead, []);
});

test('READMEs name files that are there', () => {
  const gone = files.filter((path) => path.endsWith('README.md')).flatMap((path) => (
    read(path).split('\n').flatMap((line, i) => [...line.matchAll(/`((?:[\w.-]+\/)*[\w-]+\.(?:[ch]pp|mjs|tsx?|sql|sh|ya?ml|json))`/g)]
      .map(([, name]) => normalize(name).replace(/^(\.\.\/)+/, '')).filter((name) => !files.some((file) => `/${file}`.endsWith(`/${name}`)))
      .map((name) => `${path}:${i + 1}: there is no ${name}`))));
  assert.deepEqual(gone, []);
});

test('folders that the code map names are there', () => {
  const rows = read('README.md').split('\n').filter((line) => /^\| `[a-z]+\//.test(line));
  assert.ok(rows.length >= 8, 'the code map was not found');
  for (const row of rows) {
    const folder = /^\| `([^`]+)`/.exec(row)[1];
    assert.ok(existsSync(join(root, folder)), `README.md: ${folder}`);
  }
});

// ---- What is cited ------------------------------------------------------------------------------

const speaks = (path) => /\.([ch]pp|mjs|tsx?|sql|cmake|sh|ya?ml|md|txt|tsv)$|(^|\/)(run|demo|services)$/.test(path);
const pages = files.filter((path) => path.endsWith('.md'));

// The page that `name`, written in `path`, means: beside it, from the root, in a folder above it, or by the end of its path
// where only one ends so. Null: there is none, or several.
function pageMeant(name, path) {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const page = normalize(join(folder, name));
    if (pages.includes(page)) return page;
    if (folder === '.') break;
  }
  const end = '/' + name.replace(/^(\.\.?\/)+/, '');
  const meant = pages.filter((page) => `/${page}`.endsWith(end));
  return meant.length === 1 ? meant[0] : null;
}

test('whatever names a page of this repository names one that is there, and a section that it has', () => {
  const cited = /(?<![\w/@-])((?:[\w.-]+\/|\.\.?\/)*[\w.-]+\.md)\b((?:`?[,;]?\s+(?:and\s+)?(?:(?:sections?|§§?)\s*)?[A-Z]?(?:\d+\.)*\d+\b)*)/g;
  const wrong = files.filter(speaks).filter((path) => path !== 'tests/tidy/tidy.test.mjs').flatMap((path) =>
    read(path).split('\n').flatMap((line, i) => [...line.matchAll(cited)].flatMap(([, name, sections]) => {
      const page = pageMeant(name, path);
      if (page === null) return [`${path}:${i + 1}: there is no page \`${name}\`, or several`];
      const headings = read(page).split('\n').filter((each) => each.startsWith('#')).map((each) => each.replace(/^#+\s*/, '').split(/[\s.:]/)[0]);
      return (sections.match(/[A-Z]?(?:\d+\.)*\d+/g) ?? []).filter((section) => !headings.includes(section))
        .map((section) => `${path}:${i + 1}: ${page} has no section ${section}`);
    })));
  assert.deepEqual(wrong, []);
});

test('links to a heading lead to one that is there', () => {
  const anchor = (heading) => heading.toLowerCase().replace(/`|[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-');
  const dead = pages.flatMap((path) => [...read(path).matchAll(/\]\(([^)\s#]*)#([^)\s]+)\)/g)].flatMap(([, to, at]) => {
    const page = to === '' ? path : normalize(join(dirname(path), to));
    if (!pages.includes(page)) return [];
    const anchors = read(page).split('\n').filter((line) => line.startsWith('#')).map((line) => anchor(line.replace(/^#+\s*/, '')));
    return anchors.includes(at) ? [] : [`${path}: ${to}#${at}`];
  }));
  assert.deepEqual(dead, []);
});

const decisions = files.filter((path) => /^orchestrator\/docs\/adr\/\d{4}-/.test(path));

test('decisions that are named are there', () => {
  const named = findings(files.filter(speaks).filter((path) => path !== 'tests/tidy/tidy.test.mjs'), /\bADRs? (\d{4})\b/);
  assert.ok(named.length > 5, 'no decision is named anywhere');
  const gone = named.filter(({ found }) => !decisions.some((path) => path.includes(`/${found[1]}-`)));
  assert.deepEqual(gone.map((one) => say(one, 'there is no such decision')), []);
});

// One form for a decision of the program and of a service: what is wrong with it, one line each.
function flawsOfDecision(where, text) {
  const hasHead = /^\n+Status: (accepted|replaced by ADR \d{4})\nDate: \d{4}-\d\d-\d\d\n/.test(text);
  const flaws = hasHead ? [] : [`${where}: expected a line \`Status: accepted\` and a line \`Date: 2026-12-01\` below the title`];
  const parts = ['**Decision.**', '**Why.**', '**Cost.**'].map((part) => text.indexOf(`\n${part}`));
  if (parts.includes(-1) || parts.some((at, i) => at < parts[i - 1])) {
    flaws.push(`${where}: expected paragraphs that begin with **Decision.**, **Why.** and **Cost.**, in this order`);
  }
  return flaws;
}

test('decisions have one form, and numbers without gaps in the order of their dates', () => {
  assert.ok(decisions.length > 40, 'the decisions were not found');
  const dates = [];
  const flaws = decisions.sort().flatMap((path, i) => {
    const number = String(i + 1).padStart(4, '0');
    const [title, ...rest] = read(path).split('\n');
    dates.push(/^Date: (.*)$/m.exec(rest.join('\n'))?.[1] ?? '');
    return [
      ...(title.startsWith(`# ${number} `) && path.includes(`/${number}-`) ? [] : [`${path}: expected the number ${number}, in the name and the title`]),
      ...(i === 0 || dates[i - 1] <= dates[i] ? [] : [`${path}: ${dates[i]} is before the date of the decision before it`]),
      ...flawsOfDecision(path, `\n${rest.join('\n')}`),
    ];
  });
  for (const path of files.filter((each) => /^workflows\/[^/]+\/decisions\.md$/.test(each))) {
    const [, ...sections] = read(path).split(/^## /m);
    flaws.push(...sections.flatMap((section) => {
      const [title, ...rest] = section.split('\n');
      return flawsOfDecision(`${path}: ${title}`, `\n${rest.join('\n')}`);
    }));
  }
  assert.deepEqual(flaws, []);
});

test('the index of decisions lists each, by its number, title, date and status', () => {
  const index = read('orchestrator/docs/adr/README.md').split('\n').filter((line) => line.startsWith('| ['));
  const rows = decisions.sort().map((path) => {
    const file = path.split('/').at(-1);
    const of = (pattern) => pattern.exec(read(path))?.[1];
    return `| [${file.slice(0, 4)}](${file}) | ${of(/^# \d{4} (.*)$/m)} | ${of(/^Date: (.*)$/m)} | ${of(/^Status: (.*)$/m)} |`;
  });
  assert.deepEqual(index, rows, 'orchestrator/docs/adr/README.md: write its rows as expected');
});

test('the glossary is sorted, and begins at places that are there', () => {
  const tables = read('GLOSSARY.md').split(/^## /m).slice(1).map((part) => part.split('\n')
    .filter((line) => line.startsWith('| ')).slice(1).map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''))));
  assert.equal(tables.length, 2, 'expected the words of the program and those of the field');
  for (const rows of tables) {
    assert.ok(rows.length > 20, 'the rows were not found');
    const terms = rows.map(([term]) => term.toLowerCase());
    assert.deepEqual(terms, [...terms].sort(), 'put the rows of GLOSSARY.md in the order of the alphabet');
    const gone = rows.filter((row) => !existsSync(join(root, row.at(-1).replaceAll('`', ''))));
    assert.deepEqual(gone.map((row) => `GLOSSARY.md: ${row[0]}: there is no ${row.at(-1)}`), []);
  }
});

// ---- General code knows no service ----------------------------------------------------------------

// What texts in C++ and SQL say of the first service, outside examples in backticks. Each exception says why.
const SERVICE_WORDS = /(?<![\w.-])(child|kindergartens?|applications?|offer|rounds?|place-register|preferences|births?|enrolments?)\b(?![-\w]*\/)/i;
const EXCEPTIONS = [
  ['orchestrator/app/commands/author_options.cpp', /workflows\/municipalities\/rae\//, 'an example of a command'],
  ['orchestrator/app/commands/trace_command.cpp', /offer-made/, 'an example of an event'],
  ['orchestrator/caseview/page.cpp', /^"application"$/, 'a member of the page in the HTTP API'],
  ['orchestrator/chart/chart.cpp', /active child/, 'a state within a state'],
  ['orchestrator/privacy/personal_code.cpp', /day of birth/, 'what a personal code holds'],
  ['orchestrator/simulate/world/world.cpp', /after \{\} rounds/, 'of the clock'],
  ['orchestrator/workflow/check/', /offer (it|one)/, 'the page offers an action'],
];

// The texts in quotes of a line of code, without what stands in backticks: an example in a hint.
const textsOf = (line) => (line.replace(/\/\/.*$/, '').match(/"(?:[^"\\]|\\.)*"/g) ?? []).map((text) => text.replace(/`[^`]*`?/g, ''));

// What stands in the text of one file that is a service's, and is not excused.
const wordsIn = (path, pieces, words, exceptions, used) => (
  read(path).split('\n').flatMap((line, i) => pieces(line).filter((text) => words.test(text)).filter((text) => {
    const excused = exceptions.find(([where, what]) => where.test(path) && what.test(text));
    if (excused) used.add(excused);
    return !excused;
  }).map((text) => `${path}:${i + 1}: declare it in the service's files: ${text.trim()}`)));

const unused = (exceptions, used) => (
  exceptions.filter((each) => !used.has(each)).map(([where, what]) => `${where} ${what}: no longer needed`));

test('general code knows no service: its words stand in schemas, workflow files and texts', () => {
  const used = new Set();
  const exceptions = EXCEPTIONS.map(([where, what, why]) => [new RegExp(`^${where}`), what, why]);
  const wrong = files.filter((path) => /^(orchestrator|connectors\/kit)\/.*\.([ch]pp|sql)$/.test(path))
    .flatMap((path) => wordsIn(path, textsOf, SERVICE_WORDS, exceptions, used));
  assert.deepEqual(wrong, []);
  assert.deepEqual(unused(exceptions, used), []);
});

// The same of comments and names, of the HTTP API and of what deploys any service. To offer is what pages do with actions, and loops
// go in rounds: only an offer itself is the service's.
const SERVICE_NOUNS = /(?<![A-Za-z])(child|children|kindergartens?|applications?|preferences?|births?|enrolments?|place[- ]registers?|(an|the) offer|offer's)(?![A-Za-z])/i;
const NOUN_EXCEPTIONS = [
  [/^orchestrator\/(authoring|cel|chart)\/|\/(statechart|states|compile_states|expectation)\.[ch]pp$/, /child/i, 'a part of a tree'],
  [/^deploy\/lib\//, /child/i, 'a process of a process'],
  [/^orchestrator\/(base\/timestamp|calendar\/calendar|caseview\/page|privacy\/personal_code)\./, /birth/i, 'of any person'],
  [/^orchestrator\/adapters\/postgres\/schema\/0004_/, /offer's/, 'a migration that has run is not edited'],
  [/^orchestrator\/(caseview\/page\.|adapters\/http\/openapi\.yaml$)/, /application/, 'a member of the page in the HTTP API'],
];
// What of deploy/ plays, or is an example of, the first service: data of it.
const PLAYS = /^deploy\/(README\.md|demo|play\.mjs|play\/.*|elukaar\.example\.yaml|lib\/settings\.sh)$/;

// A line without its texts and examples, its names apart: placeRegister and place_register are two words.
const namesOf = (line) => [line.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/`[^`]*`?/g, '').replace(/application\/[a-z]/g, '')
  .replace(/_/g, ' ').replace(/([a-z])([A-Z])/g, '$1 $2')];

test('comments and names of general code, the HTTP API and the tools of deploy know no service', () => {
  const used = new Set();
  const general = files.filter((path) => /^(orchestrator|connectors\/kit)\/.*\.([ch]pp|sql)$/.test(path)
    || path === 'orchestrator/adapters/http/openapi.yaml' || (path.startsWith('deploy/') && !PLAYS.test(path)));
  assert.ok(general.some((path) => path.startsWith('deploy/lib/')));
  const wrong = general.flatMap((path) => wordsIn(path, namesOf, SERVICE_NOUNS, NOUN_EXCEPTIONS, used));
  assert.deepEqual(wrong, []);
  assert.deepEqual(unused(NOUN_EXCEPTIONS, used), []);
});

// What the language has so that general code need know no service. The second service is the smallest that has all of it.
const uses = (what) => (base) => base.split(what).length > 2; // declared, and named once more
const MECHANISMS = [
  ['`subject`', ({ base }) => /^subject: (\w+)$/m.test(base)],
  ['`turns`', ({ base }) => /^turns: \[(.+?)\]/m.exec(base)?.[1].split(', ').every((turn) => base.includes(` turn: ${turn}\n`))],
  ['a parameter of type `stages` with `by` and `with`, which an expression reads', ({ base }) => {
    const [, name] = /^ {2}(\w+):\n {4}type: stages\n {4}by: .+\n {4}with: .+$/m.exec(base) ?? [];
    return name !== undefined && base.includes(`parameters.${name}.`);
  }],
  ['`groups`', ({ base }) => /^groups:\n {2}(\w+):/m.test(base) && uses(/^groups:\n {2}(\w+):/m.exec(base)[1])(base)],
  ['`conditions`', ({ base }) => /^conditions:.*\n {2}(\w+):/m.test(base) && uses(/^conditions:.*\n {2}(\w+):/m.exec(base)[1])(base)],
  ['`codes`', ({ base }) => /^codes:/m.test(base)],
  ['a form with `answersIn`', ({ base }) => /^ {4}answersIn: \w+$/m.test(base)],
  ['the texts\' group `private`', ({ texts }) => texts.every((text) => /^private:.*\n {2}\w+: "/m.test(text))],
  ['`x-partition-key` in the schema of each event', ({ schemas }) => schemas.every((schema) => schema['x-partition-key'])],
  ['`x-proactive` in the schema of an event', ({ schemas }) => schemas.some((schema) => schema['x-proactive'] === true)],
];

test('the second service uses each mechanism that spares general code a guess', () => {
  const folder = 'workflows/residence-change';
  const base = read(`${folder}/2026.1/workflow.yaml`);
  const texts = ['et', 'en', 'ru'].map((language) => read(`${folder}/texts/${language}.yaml`));
  const schemas = [...base.matchAll(/^ {4}type: (ee\.elukaar\.[\w.-]+)$/gm)].map(([, type]) => (
    JSON.parse(read(files.find((path) => path.startsWith('events/') && !path.startsWith('events/intake/') && path.endsWith(`/${type}.schema.json`))))));
  assert.ok(schemas.length > 5, 'the events of the service were not found');
  assert.deepEqual(MECHANISMS.filter(([, used]) => !used({ base, texts, schemas }))
    .map(([name]) => `${folder} does not use ${name}: give it a use there, or take the mechanism out of the language`), []);
});
