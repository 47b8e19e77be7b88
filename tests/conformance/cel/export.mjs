// Writes the conformance cases of the CEL specification that are in scope as JSON lines.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const { tests } = await import(pathToFileURL(require.resolve("@bufbuild/cel-spec/testdata/conformance.js")));
const scope = new Set(["basic", "comparisons", "conversions", "fields", "fp_math", "integer_math", "lists", "logic",
  "macros", "parse", "plumbing", "string", "timestamps"]);
for (const file of tests.suites.filter((suite) => scope.has(suite.name))) {
  for (const section of file.suites) {
    for (const { original } of section.tests) {
      const { name, expr, value, bindings, evalError } = original;
      const id = `${file.name}/${section.name}/${name}`;
      console.log(JSON.stringify({ id, expr, value, bindings, error: evalError !== undefined, container: original.container }));
    }
  }
}
