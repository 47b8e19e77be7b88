// What `elukaar --version` says, and the source file it says it from.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const elukaar = process.env.ELUKAAR ?? join(root, 'build/release/elukaar');
const folder = mkdtempSync(join(tmpdir(), 'elukaar-version-'));
after(() => rmSync(folder, { recursive: true }));

const output = join(folder, 'release.cpp');
const git = (...words) => execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...words], { encoding: 'utf8' }).trim();
// The source file as it is after a build of `folder`.
function written(release) {
  execFileSync('cmake', ['-D', `RELEASE=${release}`, '-D', `SOURCE=${folder}`, '-D', `OUTPUT=${output}`, '-P', join(root, 'cmake/ElukaarRelease.cmake')]);
  return readFileSync(output, 'utf8');
}

test('says release, commit and the number of the newest migration in one line', () => {
  const release = /project\(elukaar VERSION ([\d.]+)/.exec(readFileSync(join(root, 'CMakeLists.txt'), 'utf8'))[1];
  const migrations = readdirSync(join(root, 'orchestrator/adapters/postgres/schema')).filter((name) => name.endsWith('.sql'));
  const newest = migrations.map((name) => /^\d+/.exec(name)[0]).sort((a, b) => a.length - b.length || a.localeCompare(b)).at(-1);
  const [, said, schema] = /^elukaar (\S+) commit (?:[0-9a-f]{12}(?:-changed)?|unknown) schema (\d+)\n$/
    .exec(execFileSync(elukaar, ['--version'], { encoding: 'utf8' }));
  assert.equal(said, release);
  assert.equal(schema, newest);
});

test('outside git the commit is unknown', () => {
  assert.match(written('1.2.3'), /release = "1\.2\.3";[^]*commit = "unknown";/);
});

test('in git the commit is named, and that the files differ from it', () => {
  git('init', '--quiet');
  writeFileSync(join(folder, 'file'), 'one');
  git('add', 'file');
  git('commit', '--quiet', '--message', 'one');
  const commit = git('rev-parse', '--short=12', 'HEAD');
  assert.match(written('1.2.3'), new RegExp(`commit = "${commit}";`));
  writeFileSync(join(folder, 'file'), 'two');
  assert.match(written('1.2.3'), new RegExp(`commit = "${commit}-changed";`));
});

test('what has not changed is not written again, so nothing is compiled anew', () => {
  written('1.2.3');
  utimesSync(output, 1, 1);
  written('1.2.3');
  assert.equal(statSync(output).mtimeMs, 1000);
  written('1.2.4');
  assert.notEqual(statSync(output).mtimeMs, 1000);
});
