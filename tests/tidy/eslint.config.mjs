// What eslint holds the portal and the scripts to: likely mistakes only. How lines look is prettier's to say.
import { fileURLToPath } from 'node:url';
import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import { config, configs } from 'typescript-eslint';

export default config(
  { ignores: ['**/node_modules/', '**/dist/', 'build/', 'var/', 'portal/src/api/schema.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  // Spaces in a pattern stand as they stand in the text.
  { rules: { 'no-regex-spaces': 'off' } },
  // `{ left, ...rest }` is how a member is left out.
  { rules: { 'no-unused-vars': ['error', { ignoreRestSiblings: true }] } },
  { files: ['**/*.mjs'], languageOptions: { globals: globals.node } },
  // Functions that are handed to a page run in the browser.
  {
    files: ['tests/e2e/*.mjs', 'portal/screenshots.mjs'],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ['portal/**/*.{ts,tsx}'],
    extends: [configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: 'portal/tsconfig.json',
        tsconfigRootDir: fileURLToPath(new URL('../..', import.meta.url)),
      },
    },
    rules: {
      // The portal's forms send no files: a field of FormData is a text.
      '@typescript-eslint/no-base-to-string': 'off',
      // What JSON.parse answers is given its type where it is used.
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    files: ['portal/src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    // The plugin's other rules are for a compiler that this portal does not use.
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
);
