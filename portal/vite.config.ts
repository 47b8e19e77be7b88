import { parse } from '@formatjs/icu-messageformat-parser';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vitest/config';

// TEDI's stylesheet declares three icon fonts of 350 to 435 kB each. The portal draws its icons as
// SVG (src/blocks/icon.tsx), so the fonts are left out of the build.
function withoutIconFonts(): Plugin {
  return {
    name: 'without-icon-fonts',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/tedi-react/index.css')) return null;
      return code.replace(/@font-face\{font-family:Material Symbols[^}]*\}/g, '');
    },
  };
}

const PARSER = '@formatjs/icu-messageformat-parser';

// The labels are ICU messages. They are parsed here, so that the parser (15 kB gzipped) need not be
// sent to the browser; a label without arguments stays the text that it is.
function parsedTexts(): Plugin {
  return {
    name: 'parsed-texts',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/src\/texts\/\w+\.json$/.test(id)) return null;
      const texts = Object.entries<string>(JSON.parse(code)).map(([key, text]) => [
        key,
        /[{}'<]/.test(text) ? parse(text) : text,
      ]);
      return JSON.stringify(Object.fromEntries(texts));
    },
  };
}

export default defineConfig(({ command }) => ({
  plugins: [react(), withoutIconFonts(), parsedTexts()],
  resolve: {
    alias: command === 'build' ? { [PARSER]: `${PARSER}/no-parser.js` } : {},
  },
  build: {
    // The content security policy allows no inline script or style and no data: font.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  test: { include: ['tests/**/*.test.ts'] },
}));
