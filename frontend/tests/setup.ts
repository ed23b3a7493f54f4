import { config } from '@vue/test-utils'
import { i18n, learn, ON_DEMAND, speak } from '@/shared/i18n'

// Components under test speak English, with the real messages: a missing key fails the test that meets it.
await speak('en')
await learn(...ON_DEMAND)
i18n.global.setMissingHandler((_, key) => {
  throw new Error(`there is no message ${key}`)
})
config.global.plugins = [i18n]
