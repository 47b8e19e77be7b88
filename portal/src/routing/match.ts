export type Parameters = Record<string, string>;

// The named parts (`:name`) of `pattern` in `path`, or null where it does not fit.
export function match(pattern: string, path: string): Parameters | null {
  const expected = parts(pattern);
  const found = parts(path);
  if (expected.length !== found.length) return null;
  const parameters: Parameters = {};
  for (const [index, part] of expected.entries()) {
    const value = found[index] ?? '';
    if (part.startsWith(':')) parameters[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return null;
  }
  return parameters;
}

const parts = (path: string) => path.split('/').filter((part) => part !== '');
