import vueI18n from '@intlify/eslint-plugin-vue-i18n'
import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'

export default [
  { ignores: ['**/*.json', 'dist/', 'node_modules/', 'src/typed-router.d.ts', 'src/shared/api/schema.d.ts'] },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  ...vueI18n.configs.recommended,
  {
    files: ['**/*.vue'],
    languageOptions: {
      parser: vueParser,
      parserOptions: { parser: tseslint.parser, sourceType: 'module' },
    },
  },
  {
    files: ['**/*.{ts,vue}'],
    rules: {
      // Every word a person reads comes from src/locales.
      '@intlify/vue-i18n/no-raw-text': [
        'error',
        {
          attributes: {
            '/.+/': ['title', 'label', 'aria-label', 'placeholder', 'alt', 'hint', 'text', 'subtitle'],
          },
          ignorePattern: '^[\\s\\d·•/:%.,()+×–—#@→«»…-]*$',
          ignoreText: ['Uzu', 'CSV', '=', '▲', '▼', '●', 'English', '日本語'],
        },
      ],
      '@intlify/vue-i18n/no-missing-keys': 'off',
      '@intlify/vue-i18n/no-v-html': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': ['error', { html: { void: 'always', normal: 'always', component: 'always' } }],
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/require-default-prop': 'off',
      'vue/attributes-order': 'off',
      'vue/valid-v-slot': ['error', { allowModifiers: true }],
      'vue/no-static-inline-styles': 'error',
      'vue/no-v-html': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
    },
  },
  {
    // A feature uses its own files and what is shared; pages put features together.
    files: ['src/features/**', 'src/shared/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['@/features/**', '@/pages/**', '../**'] }] }],
    },
  },
]
