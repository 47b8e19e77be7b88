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

const LABELS = /\/src\/texts\/labels\.json\?(et|en|ru)$/;

// `labels.json?et` is one language of the labels. They are ICU messages and are parsed here, so that the parser
// (15 kB gzipped) need not be sent to the browser; a label without arguments stays the text that it is.
function parsedTexts(): Plugin {
  return {
    name: 'parsed-texts',
    enforce: 'pre',
    transform(code, id) {
      const language = LABELS.exec(id)?.[1];
      if (!language) return null;
      const texts = Object.entries<Record<string, string>>(JSON.parse(code)).map(([key, label]) => {
        const text = label[language];
        if (text === undefined) throw new Error(`labels.json: ${key} lacks ${language}`);
        return [key, /[{}'<]/.test(text) ? parse(text) : text];
      });
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
    rollupOptions: {
      output: {
        // The styles of a first visit stand in one file, in the order in which they are imported: TEDI's, the
        // portal's, the blocks'. Apart, a block's that is used by two pages would come before the others.
        manualChunks: (id) => (id.endsWith('.css') && !id.includes('/pages/office/') ? 'style' : undefined),
        // A file of labels is called by its language: size.mjs counts one of them.
        chunkFileNames: (chunk) => `assets/${LABELS.exec(chunk.facadeModuleId ?? '')?.[1] ?? '[name]'}-[hash].js`,
      },
    },
    target: 'es2022',
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  test: { include: ['tests/**/*.test.ts'] },
}));
