import { fileURLToPath, URL } from 'node:url'
import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import vuetify from 'vite-plugin-vuetify'
import VueRouter from 'vue-router/vite'
import { twemoji } from './build/twemoji.ts'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig(({ command }) => ({
  // Django serves the built files below /static/app/; the document itself comes from main.spa with a fresh nonce.
  base: command === 'build' ? '/static/app/' : '/',
  html: { cspNonce: command === 'build' ? '__CSP_NONCE__' : undefined },
  plugins: [
    VueRouter({ routesFolder: 'src/pages', dts: 'src/typed-router.d.ts' }),
    vue(),
    vuetify({ autoImport: true }),
    // Messages become functions at build time: nothing is compiled in the browser, so no eval for the policy to allow.
    vueI18n({
      include: [source('./src/locales/*/*.json')],
      runtimeOnly: true,
      compositionOnly: true,
      fullInstall: false,
      strictMessage: false,
    }),
    twemoji(),
  ],
  resolve: { alias: { '@': source('./src') } },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 700, sourcemap: false },
  server: {
    port: 5173,
    proxy: {
      '^/(api|media|admin|docs|static)/': { target: process.env.UZU_BACKEND ?? 'http://127.0.0.1:8000' },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    server: { deps: { inline: ['vuetify'] } },
    setupFiles: ['tests/setup.ts'],
  },
}))
