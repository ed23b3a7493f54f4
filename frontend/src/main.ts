import '@fontsource-variable/inter/wght.css'
import './styles/app.css'
import { PiniaColada } from '@pinia/colada'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { Translation } from 'vue-i18n'
import App from './App.vue'
import { i18n } from './shared/i18n'
import { usePreferences } from './shared/preferences'
import { router } from './shared/router'
import { vuetify } from './shared/vuetify'

const app = createApp(App)
app.use(createPinia())
app.use(PiniaColada, { queryOptions: { staleTime: 10_000, refetchOnWindowFocus: true } })
app.use(i18n).component('i18n-t', Translation) // The build leaves out the components of vue-i18n; this one we use.
app.use(vuetify)
app.use(router)

const preferences = usePreferences()
void preferences.setLocale(preferences.locale, { remember: false }).then(() => app.mount('#app'))
