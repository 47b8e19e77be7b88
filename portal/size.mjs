// Compares what a first visit loads, gzipped and without fonts, with the budget. Run after the build.
// A first visit loads what index.html names, what that imports at once, and one language.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET_KB = { js: 100, css: 85 };

const dist = new URL('./dist/', import.meta.url);
const assets = new URL('assets/', dist);
const kilobytes = (name) => gzipSync(readFileSync(new URL(name, assets))).length / 1000;
const sum = (names) => [...names].reduce((total, name) => total + kilobytes(name), 0);

const page = readFileSync(new URL('index.html', dist), 'utf8');
const named = (kind) => [...page.matchAll(new RegExp(`/assets/([^"]+\\.${kind})"`, 'g'))].map((found) => found[1]);

const scripts = new Set(named('js'));
for (const script of scripts) { // grows while it is walked
  const source = readFileSync(new URL(script, assets), 'utf8');
  for (const found of source.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) scripts.add(found[1]);
}
const languages = readdirSync(assets).filter((name) => /^(et|en|ru)-/.test(name));
const sizes = {
  js: sum(scripts) + Math.max(...languages.map(kilobytes)),
  css: sum(named('css')),
};

for (const [kind, budget] of Object.entries(BUDGET_KB)) {
  const within = sizes[kind] <= budget;
  console.log(`${kind}: ${sizes[kind].toFixed(1)} kB gzipped, budget ${budget} kB${within ? '' : ': EXCEEDED'}`);
  if (!within) process.exitCode = 1;
}
