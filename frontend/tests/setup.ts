import { config } from '@vue/test-utils'
import { createAppI18n } from '@/shared/i18n'

// Components under test speak English, with the real messages: a missing key fails the test that meets it.
config.global.plugins = [createAppI18n('en')]
