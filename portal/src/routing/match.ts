export type Parameters = Record<string, string>;

// The named parts (`:name`) of `pattern` in `path`, or null where it does not fit.
export function match(pattern: string, path: string): Parameters | null {
  const expected = pattern.split('/');
  const found = path.replace(/\/+$/, '').split('/');
  if (expected.length !== found.length && !(pattern === '/' && path === '/')) return null;
  if (pattern === '/') return {};
  const parameters: Parameters = {};
  for (const [index, part] of expected.entries()) {
    const value = found[index] ?? '';
    if (part.startsWith(':')) parameters[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return null;
  }
  return parameters;
}
