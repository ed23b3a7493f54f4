import 'vuetify/styles'
import { createVuetify } from 'vuetify'
import { aliases, mdi } from 'vuetify/iconsets/mdi-svg'
import { en, ja } from 'vuetify/locale'

/** The nonce Django put into the document; browsers show it to scripts only by this property. */
export function nonce(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce || undefined
}

export const vuetify = createVuetify({
  icons: { defaultSet: 'mdi', aliases, sets: { mdi } },
  locale: { locale: 'en', messages: { en, ja } },
  display: { mobileBreakpoint: 'md' },
  theme: {
    defaultTheme: 'system',
    cspNonce: nonce(),
    themes: {
      light: {
        dark: false,
        colors: {
          background: '#f5f6fb',
          surface: '#ffffff',
          'surface-light': '#eceffa',
          primary: '#2440b0',
          secondary: '#0b6e69',
          success: '#0f7a3d',
          info: '#1a5fa8',
          warning: '#8a5200',
          error: '#b3261e',
        },
        variables: { 'border-opacity': 0.14, 'medium-emphasis-opacity': 0.72 },
      },
      dark: {
        dark: true,
        colors: {
          background: '#0d111d',
          surface: '#161b2c',
          'surface-light': '#222942',
          primary: '#a9b9ff',
          secondary: '#63d3ca',
          success: '#62d68d',
          info: '#8ec2ff',
          warning: '#ffc46b',
          error: '#ffb4ab',
        },
        variables: { 'border-opacity': 0.16, 'medium-emphasis-opacity': 0.76 },
      },
    },
  },
  defaults: {
    VBtn: { class: 'text-none', rounded: 'lg' },
    VCard: { rounded: 'lg', flat: true, border: true },
    VTextField: { variant: 'outlined', density: 'comfortable', color: 'primary' },
    VTextarea: { variant: 'outlined', density: 'comfortable', color: 'primary' },
    VFileInput: { variant: 'outlined', density: 'comfortable', color: 'primary' },
    VSelect: { variant: 'outlined', density: 'comfortable', color: 'primary' },
    VAutocomplete: { variant: 'outlined', density: 'comfortable', color: 'primary' },
    VAlert: { variant: 'tonal', rounded: 'lg' },
    VTabs: { color: 'primary' },
    VChip: { size: 'small', rounded: 'lg' },
    // Shows as many numbers as fit: on a phone a fixed number of them would not.
    VPagination: { style: 'max-width: 32rem; margin-inline: auto' },
    VTooltip: { openDelay: 300 },
  },
})
