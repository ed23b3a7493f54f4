import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { useLocale, useTheme } from 'vuetify'
import { firstLocale, speak, type Locale } from './i18n'

export type ThemeChoice = 'system' | 'light' | 'dark'

function firstTheme(): ThemeChoice {
  const chosen = localStorage.getItem('uzu.theme')
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system'
}

/** Language and theme of this browser. */
export const usePreferences = defineStore('preferences', () => {
  const locale = ref<Locale>(firstLocale())
  const theme = ref<ThemeChoice>(firstTheme())

  async function setLocale(value: Locale, { remember = true } = {}) {
    await speak(value)
    locale.value = value
    if (remember) localStorage.setItem('uzu.locale', value)
  }

  function setTheme(value: ThemeChoice) {
    theme.value = value
    localStorage.setItem('uzu.theme', value)
  }

  return { locale, theme, setLocale, setTheme }
})

/** Keeps Vuetify in step with the preferences; called once by the root component. */
export function useVuetifyPreferences() {
  const preferences = usePreferences()
  const theme = useTheme()
  const { current } = useLocale()
  watch(() => preferences.theme, (choice) => theme.change(choice), { immediate: true })
  watch(() => preferences.locale, (locale) => (current.value = locale), { immediate: true })
}
