import { computed } from 'vue'
import { useTheme } from 'vuetify'

/** The theme's colours for things drawn on a canvas, where CSS variables do not reach. */
export function useChartColors() {
  const theme = useTheme()
  return computed(() => {
    const { colors, dark } = theme.current.value
    return {
      text: String(colors['on-surface']),
      muted: dark ? 'rgba(255,255,255,0.72)' : 'rgba(0,0,0,0.68)',
      /** For lines of which only one is looked at. */
      quiet: dark ? 'rgba(255,255,255,0.26)' : 'rgba(0,0,0,0.2)',
      line: dark ? 'rgba(255,255,255,0.14)' : 'rgba(0,0,0,0.1)',
      surface: String(colors.surface),
      primary: String(colors.primary),
      success: String(colors.success),
      warning: String(colors.warning),
      secondary: String(colors.secondary),
      dark,
    }
  })
}
