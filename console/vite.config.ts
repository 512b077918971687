import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressed } from './build/compressed.ts';
import { purged } from './build/purged.ts';

/**
 * `vite build` makes what the server serves below `/console/`. `vite` alone, `npm run dev`, shows the console over made-up
 * data, without a server; with KEYSTEAD_URL it talks to that server instead.
 */
export default defineConfig(({ command }) => {
  const server = process.env['KEYSTEAD_URL'];
  return {
    root: import.meta.dirname,
    base: '/console/',
    plugins: [react(), purged(), compressed()],
    define: { 'import.meta.env.IS_MOCKED': JSON.stringify(command === 'serve' && server === undefined) },
    html: { cspNonce: 'KEYSTEAD_NONCE' },
    build: {
      target: 'es2023',
      // The first that know light-dark(): for older ones it is rewritten into variables that nobody sets.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 700,
    },
    server: server === undefined ? {} : { proxy: { '/admin': { target: server, changeOrigin: true } } },
  };
});
