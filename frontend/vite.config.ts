import { fileURLToPath, URL } from 'node:url'
import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import vuetify from 'vite-plugin-vuetify'
import VueRouter from 'vue-router/vite'
import { twemoji } from './build/twemoji.ts'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Few files, so that a first visit over HTTP/1.1 does not wait for dozens: the frame of the app, what it stands on, and one
 * file per language. What only some pages need (charts, formulas, coloured code, an editor, QR codes) is left to its dynamic
 * imports.
 */
const ON_DEMAND = new RegExp(
  [
    'node_modules/(echarts|zrender|vue-echarts|katex|highlight\\.js|dompurify|uqr|@tanstack)/',
    'node_modules/(@codemirror|@lezer|@marijn|crelt|style-mod|w3c-keyname)/',
    'src/shared/(competition/(ReasonDialog|PublicationNotice|publication)|ui/(chart/|katex|highlighter|prose|ProseHtml|QrCode|CopyText|UserField)|metric/)',
    'src/features/competitions/(CompetitionPage|(Own)?MetricExplained)',
    'vuetify/lib/components/(VSelect|VCombobox|VAutocomplete|VFileInput|VTextarea|VPagination|VExpansionPanel|VSwitch|VVirtualScroll)/',
    'vuetify/lib/composables/(filter|virtual)',
  ].join('|'),
)
const group = (name: string, test: RegExp, priority: number) => ({
  name,
  priority,
  test: (id: string) => test.test(id) && !ON_DEMAND.test(id),
  includeDependenciesRecursively: false,
})
const chunks = [
  // Without the files that are fetched with their page (`ON_DEMAND` in `shared/i18n`).
  group('en', /src\/locales\/en\/(?!(phases|metric|integrity|baselines|studio|manage|class|security|fairness|race|log)\.json)/, 5),
  group('ja', /src\/locales\/ja\/(?!(phases|metric|integrity|baselines|studio|manage|class|security|fairness|race|log)\.json)/, 5),
  group('vuetify', /node_modules\/vuetify\//, 4),
  group('vendor', /node_modules\/|plugin-vue:|vite\/preload-helper/, 3),
  // The router imports the table of pages, which stands with the entry: in this file it would run before its table.
  group('app', /src\/(shared(?!\/router)|features\/notifications\/(queries|useMarking|Notification(Bell|Item)))/, 2),
  group('competitions', /src\/features\/competitions\//, 2),
]

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
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    sourcemap: false,
    rolldownOptions: { output: { codeSplitting: { groups: chunks } } },
  },
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
    // By itself it leaves one core to others, which is half of a small machine.
    maxWorkers: '100%',
  },
}))
