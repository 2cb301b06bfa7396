import { useEffect } from 'react'
import { useSetting } from './settings.ts'

/** Puts the chosen colours into force, as `public/theme.js` does before the page is drawn. */
export function useTheme(): void {
  const theme = useSetting('theme', 'auto')
  useEffect(() => {
    if (theme === 'auto') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme
  }, [theme])
}
